#include "inference/comparison/comparison_inputs.h"

#include "inference/body/predict_inputs.h"

#include <deque>
#include <fmt/format.h>
#include <utility>

namespace warmbench {

namespace {

class InputFiles
{
public:
    InputFiles(std::vector<std::string> arguments, Bytes limit)
        : m_arguments(std::move(arguments))
        , m_limit(limit)
    {
    }

    std::optional<ComparisonInput> next()
    {
        listFiles();
        while (m_open || !m_files.empty()) {
            if (!m_open) {
                if (auto refused = openNext())
                    return refused;
            }
            auto input = m_open->next();
            if (!input) {
                m_open.reset();
                return unread(m_file, std::move(input).error());
            }
            if (*input)
                return read(**std::move(input));
            m_open.reset();
        }
        return {};
    }

private:
    void listFiles()
    {
        for (const std::string &argument : std::exchange(m_arguments, {})) {
            auto files = inputFilesOf(argument);
            if (files.empty())
                m_files.emplace_back(argument);
            std::move(files.begin(), files.end(), std::back_inserter(m_files));
            m_expected = m_files.size();
        }
    }

    std::optional<ComparisonInput> openNext()
    {
        m_file = std::move(m_files.front());
        m_files.pop_front();
        if (inputFilesOf(m_file).empty())
            return unread(m_file, noInputsIn(m_file));
        auto opened = PredictInputs::open(m_file, m_limit, {});
        if (!opened)
            return unread(m_file, std::move(opened).error());
        m_open = *std::move(opened);
        return {};
    }

    ComparisonInput read(PredictInput input)
    {
        if (!input.cells.empty())
            m_expected = 0; // nobody has counted the rows
        return {std::move(input.name), std::make_shared<const std::string>(std::move(input.body)),
                m_expected};
    }
    ComparisonInput unread(const std::string &name, Error error) const
    {
        return {name, std::move(error), m_expected};
    }

    std::vector<std::string> m_arguments;
    const Bytes m_limit;
    std::deque<std::string> m_files;
    std::size_t m_expected = 0;
    std::string m_file; // that is open
    std::optional<PredictInputs> m_open;
};

} // namespace

NextComparisonInput inputsFrom(std::vector<std::string> arguments, Bytes limit)
{
    return [files = std::make_shared<InputFiles>(std::move(arguments), limit)] {
        return files->next();
    };
}

NextComparisonInput oneInput(std::string name, std::shared_ptr<const std::string> body)
{
    return [name = std::move(name),
            body = std::move(body)]() mutable -> std::optional<ComparisonInput> {
        if (!body)
            return {};
        return ComparisonInput{name, std::exchange(body, nullptr), 1};
    };
}

} // namespace warmbench
