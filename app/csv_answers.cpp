#include "csv_answers.h"

#include "base/text.h"
#include "inference/body/json_body.h"
#include "tensor/csv_stream.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench::app {

namespace {

using Texts = std::vector<std::string>;

// What an answer says of one row; names and cells are as many.
struct Said
{
    Texts names;
    Texts cells;
};

// The value of a member; nothing ("") where there is none.
std::string_view member(const std::vector<JsonMember> &members, std::string_view key)
{
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const JsonMember &one) { return one.key == key; });
    return found == members.end() ? std::string_view() : found->value;
}

Result<std::string> cellOf(std::string_view json)
{
    json = trimmed(json);
    if (json == "null") // JSON has no word for it
        return std::string("nan");
    return json.starts_with('"') ? jsonString(json, "The answer") : std::string(json);
}

// The values of nested lists, in their order.
Result<void> flatten(std::string_view json, Texts &cells)
{
    if (jsonKind(json) != "a list") {
        auto cell = cellOf(json);
        if (!cell)
            return std::move(cell).error();
        cells.push_back(*std::move(cell));
        return {};
    }
    const auto elements = jsonElements(json, "The answer");
    if (!elements)
        return elements.error();
    for (const std::string_view element : *elements) {
        if (auto done = flatten(element, cells); !done)
            return done;
    }
    return {};
}

struct Class
{
    std::string label;
    std::string score;
};

// The classes of the only result, the likeliest first.
Result<std::vector<Class>> classesOf(std::string_view results)
{
    std::vector<Class> classes;
    const auto samples = jsonElements(results, "\"results\"");
    if (!samples)
        return samples.error();
    if (samples->size() != 1)
        return invalidArgument("The answer is not that of a single row.");
    const auto result = jsonMembers(samples->front(), "A result");
    if (!result)
        return result.error();
    const std::string_view list = member(*result, "classes");
    if (list.empty())
        return classes;
    const auto entries = jsonElements(list, "\"classes\"");
    if (!entries)
        return entries.error();
    for (const std::string_view entry : *entries) {
        const auto one = jsonMembers(entry, "A class");
        if (!one)
            return one.error();
        auto label = cellOf(member(*one, "label"));
        auto score = cellOf(member(*one, "score"));
        if (!label || !score)
            return label ? score.error() : label.error();
        classes.push_back({*std::move(label), *std::move(score)});
    }
    return classes;
}

// A classifier that names its own choice is believed, since that need not have the best score: a
// support vector machine decides without its probabilities.
const Class &chosen(const std::vector<Class> &classes, const Texts &prediction)
{
    const auto own = std::find_if(classes.begin(), classes.end(), [&](const Class &one) {
        return prediction.size() == 1 && one.label == prediction.front();
    });
    return own == classes.end() ? classes.front() : *own;
}

Result<Said> saidOf(std::string_view answer)
{
    const JsonText text(answer);
    const auto members = jsonMembers(text.view(), "The answer");
    if (!members)
        return members.error();
    Said said;
    Texts prediction;
    if (auto done = flatten(member(*members, "prediction"), prediction); !done)
        return std::move(done).error();
    const auto classes = classesOf(member(*members, "results"));
    if (!classes)
        return classes.error();
    if (!classes->empty()) {
        const Class &best = chosen(*classes, prediction);
        said.names = {"label", "score"};
        said.cells = {best.label, best.score};
        return said;
    }
    for (std::size_t i = 1; i <= prediction.size(); ++i)
        said.names.push_back(prediction.size() == 1 ? "prediction"
                                                    : fmt::format("prediction {}", i));
    said.cells = std::move(prediction);
    return said;
}

Texts headerOf(Texts header, std::size_t columns, const Texts &answers)
{
    for (std::size_t i = header.size(); i < columns; ++i)
        header.push_back(fmt::format("column {}", i + 1));
    for (std::string name : answers) {
        while (std::find(header.begin(), header.end(), name) != header.end())
            name.insert(0, "predicted "); // a column of the table has that name already
        header.push_back(std::move(name));
    }
    return header;
}

} // namespace

Result<std::string> CsvAnswers::line(const Texts &names, const Texts &cells,
                                     std::string_view answer)
{
    auto said = saidOf(answer);
    if (!said)
        return std::move(said).error();
    std::string out;
    Texts header = headerOf(names, cells.size(), said->names);
    if (m_header.empty()) {
        out = csvLine(header);
        m_header = std::move(header);
    } else if (header != m_header) {
        return invalidArgument(fmt::format(
            "Its columns and answers are {}, those before it {}; write them to files of their own.",
            joined(header), joined(m_header)));
    }
    Texts row = cells;
    row.insert(row.end(), said->cells.begin(), said->cells.end());
    return out + csvLine(row);
}

} // namespace warmbench::app
