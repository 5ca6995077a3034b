#include "inference/body/predict_inputs.h"

#include "base/file.h"
#include "base/text.h"
#include "inference/body/prediction_body.h"
#include "tensor/csv.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <set>
#include <unistd.h>
#include <utility>

namespace warmbench {

namespace {

bool isInput(const std::filesystem::path &path)
{
    const std::string ending = lowered(path.extension().string());
    const auto known = bodyEndings();
    return std::find(known.begin(), known.end(), ending) != known.end() &&
           !lowered(path.string()).ends_with("warmbench.json");
}

// Walks through a folder; the walk ends even if links lead in circles.
class InputFolders
{
public:
    std::vector<std::string> filesBelow(const std::filesystem::path &folder)
    {
        // A folder that is found without a link keeps that path, so links are followed last.
        m_linked.push_back(folder);
        while (!m_linked.empty()) {
            const std::filesystem::path next = std::move(m_linked.front());
            m_linked.pop_front();
            walk(next);
        }
        std::sort(m_files.begin(), m_files.end());
        return std::move(m_files);
    }

private:
    void walk(const std::filesystem::path &folder)
    {
        std::error_code failed;
        if (!m_seen.insert(std::filesystem::canonical(folder, failed)).second || failed)
            return;
        std::vector<std::filesystem::directory_entry> entries;
        for (const auto &entry : std::filesystem::directory_iterator(folder, failed))
            entries.push_back(entry);
        std::sort(entries.begin(), entries.end());
        for (const auto &entry : entries) {
            if (entry.is_regular_file(failed) && isInput(entry.path()))
                m_files.push_back(entry.path().string());
            else if (entry.is_directory(failed) && entry.is_symlink(failed))
                m_linked.push_back(entry.path());
            else if (entry.is_directory(failed))
                walk(entry.path());
        }
    }

    std::set<std::filesystem::path> m_seen;
    std::deque<std::filesystem::path> m_linked;
    std::vector<std::string> m_files;
};

// A file, a pipe or standard input, read piece by piece.
class Pieces
{
public:
    Pieces(std::string file, FileDescriptor descriptor)
        : m_file(std::move(file))
        , m_descriptor(std::move(descriptor))
    {
    }

    // Appends about so many bytes, less only at the end.
    Result<void> read(std::string &text, std::size_t about) const
    {
        const int from = m_descriptor.get() < 0 ? STDIN_FILENO : m_descriptor.get();
        const std::size_t start = text.size();
        text.resize(start + about);
        std::size_t used = start;
        while (used < text.size()) {
            const auto got = ::read(from, text.data() + used, text.size() - used);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return failedPrecondition(
                    fmt::format("\"{}\" cannot be read: {}.", m_file, std::strerror(errno)));
            if (got == 0)
                break;
            used += static_cast<std::size_t>(got);
        }
        text.resize(used);
        return {};
    }

private:
    std::string m_file;
    FileDescriptor m_descriptor; // none: standard input
};

// Whether text that begins so is a table. One without any number is told by its file's name.
bool isTable(const std::string &file, std::string_view start)
{
    const BodyKind kind = bodyKind(start);
    return kind == BodyKind::Csv || (kind == BodyKind::Unknown && looksLikeCsv(start, true) &&
                                     lowered(file).ends_with(".csv"));
}

// The rest of what begins with `text`.
Result<std::string> wholeOf(const std::string &file, const Pieces &pieces, std::string text,
                            Bytes limit)
{
    const auto most = static_cast<std::size_t>(limit.count);
    for (std::size_t before = 0; text.size() > before && text.size() <= most;) {
        before = text.size();
        if (auto done = pieces.read(text, before); !done)
            return std::move(done).error();
    }
    if (text.size() > most)
        return invalidArgument(
            fmt::format("\"{}\" is larger than the {} allowed here.", file, toText(limit)));
    return text;
}

// Gives the text that was read to look at, then what follows it.
CsvStream tableFrom(std::string start, std::shared_ptr<const Pieces> pieces, Bytes limit)
{
    return CsvStream(
        [start = std::move(start),
         pieces = std::move(pieces)](std::string &text, std::size_t about) mutable -> Result<void> {
            if (!start.empty()) {
                text += std::exchange(start, {});
                return {};
            }
            return pieces->read(text, about);
        },
        limit);
}

} // namespace

std::vector<std::string> inputFilesOf(const std::string &argument)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(argument, ignored))
        return {argument};
    return InputFolders().filesBelow(argument);
}

Error noInputsIn(const std::string &folder)
{
    return notFound(fmt::format(
        "The folder \"{}\" and those in it hold no image, .json, .npy or .csv.", folder));
}

Result<PredictInputs> PredictInputs::open(const std::string &file, Bytes limit,
                                          OnlyNumbers onlyNumbers)
{
    constexpr std::size_t lookedAt = std::size_t(64) << 10;
    auto descriptor = file == "-" ? Result<FileDescriptor>(FileDescriptor()) : openFileOrPipe(file);
    if (!descriptor)
        return std::move(descriptor).error();
    const auto pieces = std::make_shared<const Pieces>(file, *std::move(descriptor));
    std::string start;
    if (auto done = pieces->read(start, lookedAt); !done)
        return std::move(done).error();
    PredictInputs inputs(file, std::move(onlyNumbers));
    if (isTable(file, start)) {
        inputs.m_table = tableFrom(std::move(start), pieces, limit);
        return inputs;
    }
    auto content = wholeOf(file, *pieces, std::move(start), limit);
    if (!content)
        return std::move(content).error();
    inputs.m_inputs.push_back({file, *std::move(content), {}});
    return inputs;
}

Result<std::optional<PredictInput>> PredictInputs::next()
{
    if (m_inputs.empty() && m_table) {
        if (auto done = readPiece(); !done)
            return Error{done.error().code, fmt::format("{}: {}", m_file, done.error().message)};
    }
    if (m_inputs.empty())
        return std::optional<PredictInput>();
    std::optional<PredictInput> input(std::move(m_inputs.front()));
    m_inputs.pop_front();
    return input;
}

Result<void> PredictInputs::readPiece()
{
    constexpr std::size_t mostBytes = std::size_t(1) << 20;
    for (std::size_t bytes = 0; bytes < mostBytes;) {
        const auto more = m_table->next();
        if (!more)
            return more.error();
        m_names = m_table->names();
        if (!*more) {
            m_table.reset();
            return {};
        }
        m_inputs.push_back(
            {fmt::format("{}:{}", m_file, m_table->row()), m_table->rowAlone(), m_table->cells()});
        bytes += m_inputs.back().body.size();
        if (auto done = checkNumbers(); !done)
            return done;
    }
    return {};
}

// The row that came last. It has to be checked here, because the error names the row, which a row
// alone does not know.
Result<void> PredictInputs::checkNumbers()
{
    if (!m_onlyNumbers)
        return {};
    const auto &cells = m_inputs.back().cells;
    const auto wrong = std::find_if_not(cells.begin(), cells.end(),
                                        [](const std::string &cell) { return csvNumber(cell); });
    if (wrong == cells.end())
        return {};
    const auto numbers = m_onlyNumbers();
    if (!numbers)
        return numbers.error();
    if (!*numbers) {
        m_onlyNumbers = nullptr;
        return {};
    }
    const std::size_t line = m_table->line();
    const bool alone = m_table->row() == 1 && !m_table->next().value_or(true);
    return noCsvNumber({m_names, alone ? 0 : line, static_cast<std::size_t>(wrong - cells.begin())},
                       *wrong);
}

} // namespace warmbench
