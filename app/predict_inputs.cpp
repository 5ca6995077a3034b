#include "predict_inputs.h"

#include "base/file.h"
#include "base/text.h"
#include "inference/body/prediction_body.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <iterator>
#include <set>

namespace warmbench::app {

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

Result<std::string> contentOf(const std::string &file, Bytes limit)
{
    if (file == "-")
        return std::string(std::istreambuf_iterator<char>(std::cin), {});
    return readFileOrPipe(file, limit);
}

} // namespace

PredictInput::PredictInput(std::string name, std::string content)
    : m_name(std::move(name))
    , m_content(std::move(content))
{
}

PredictInput::PredictInput(std::string name, std::shared_ptr<const CsvTable> table, std::size_t row)
    : m_name(std::move(name))
    , m_table(std::move(table))
    , m_row(row)
{
}

std::string PredictInput::body() const
{
    return m_table ? csvRowAlone(*m_table, m_row) : m_content;
}

std::vector<std::string> filesOf(const std::string &argument)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(argument, ignored))
        return {argument};
    return InputFolders().filesBelow(argument);
}

Result<std::vector<PredictInput>> readInputs(const std::string &file, Bytes limit)
{
    auto content = contentOf(file, limit);
    if (!content)
        return std::move(content).error();
    std::vector<PredictInput> inputs;
    if (bodyKind(*content) != BodyKind::Csv) {
        inputs.emplace_back(file, *std::move(content));
        return inputs;
    }
    struct Kept
    {
        std::string text;
        CsvTable table; // its views point into the text
    };
    const auto kept = std::make_shared<Kept>();
    kept->text = *std::move(content);
    auto read = readCsv(kept->text);
    if (!read)
        return Error{read.error().code, fmt::format("{}: {}", file, read.error().message)};
    kept->table = *std::move(read);
    const std::shared_ptr<const CsvTable> table(kept, &kept->table);
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
        // Checked here, because the error has to name the row, which a row alone does not know.
        if (const auto numbers = csvNumbers(*table, row); !numbers)
            return Error{numbers.error().code,
                         fmt::format("{}: {}", file, numbers.error().message)};
        inputs.emplace_back(fmt::format("{}:{}", file, row + 1), table, row);
    }
    return inputs;
}

} // namespace warmbench::app
