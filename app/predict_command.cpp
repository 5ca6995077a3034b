#include "commands.h"

#include "base/file.h"
#include "base/text.h"
#include "http/prediction_codec.h"
#include "sample.h"
#include "tensor/csv.h"
#include "tensor/json_tensor.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <future>
#include <iostream>
#include <iterator>
#include <memory>

namespace warmbench::app {

namespace {

// One thing to predict and the name it is reported under.
struct Item
{
    std::string name;
    InputDecoder decode;
};

// A row as the JSON that means the same over HTTP: by name where the file's header and the model's
// settings both name the numbers, by place otherwise.
std::string rowBody(const CsvTable &table, const std::vector<double> &row, bool byName)
{
    std::string body = byName ? "{\"features\": {" : "{\"input\": [";
    for (std::size_t column = 0; column < row.size(); ++column) {
        if (column > 0)
            body += ", ";
        if (byName) {
            appendJsonString(body, trimmed(table.names[column]));
            body += ": ";
        }
        appendJsonNumber(body, row[column]);
    }
    return body + (byName ? "}}" : "]}");
}

Result<std::vector<Item>> csvItems(const std::string &name, const std::string &text)
{
    auto read = readCsv(text);
    if (!read)
        return std::move(read).error();
    const auto table = std::make_shared<const CsvTable>(std::move(*read));
    std::vector<Item> items;
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
        items.push_back({fmt::format("{}:{}", name, row + 1),
                         [table, row](const LoadedModel &model) -> Result<InferenceInputs> {
                             const bool byName =
                                 !table->names.empty() && !model.settings.input.features.empty();
                             auto decode = http::decoderFor(
                                 rowBody(*table, table->rows[row], byName), "application/json");
                             if (!decode)
                                 return std::move(decode).error();
                             return (*decode)(model);
                         }});
    }
    return items;
}

Result<std::vector<Item>> itemsOf(const std::string &name, std::string body)
{
    if (lowered(name).ends_with(".csv"))
        return csvItems(name, body);
    // A bare list of numbers is one sample.
    if (trimmed(body).starts_with('['))
        body = "{\"input\": " + body + "}";
    auto decode = http::decoderFor(std::move(body), "");
    if (!decode)
        return std::move(decode).error();
    return std::vector<Item>{{name, std::move(*decode)}};
}

bool isInput(const std::filesystem::path &path)
{
    const std::string ending = lowered(path.extension().string());
    constexpr std::array known{".png", ".jpg",  ".jpeg", ".webp", ".bmp",
                               ".gif", ".json", ".npy",  ".csv"};
    return std::find(known.begin(), known.end(), ending) != known.end() &&
           !lowered(path.string()).ends_with("warmbench.json");
}

std::vector<std::string> expanded(const std::string &argument)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(argument, ignored))
        return {argument};
    std::vector<std::string> files;
    for (const auto &entry : std::filesystem::directory_iterator(argument, ignored)) {
        if (entry.is_regular_file(ignored) && isInput(entry.path()))
            files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

Result<std::string> contentOf(const std::string &name, Bytes limit)
{
    if (name == "-")
        return std::string(std::istreambuf_iterator<char>(std::cin), {});
    return readFile(name, limit);
}

Result<Prediction> predictNow(Workbench &workbench, InferenceRequest request)
{
    std::promise<Result<Prediction>> promise;
    workbench.predict(std::move(request),
                      [&](Result<Prediction> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
}

int predictItem(Workbench &workbench, const std::string &model, const Item &item)
{
    InferenceRequest request;
    request.model.name = model;
    request.decode = item.decode;
    auto prediction = predictNow(workbench, std::move(request));
    if (!prediction)
        return fail({prediction.error().code,
                     fmt::format("{}: {}", item.name, prediction.error().message)});
    std::string line = "{\"input\": ";
    appendJsonString(line, item.name);
    line += ", ";
    line += trimmed(http::predictionJson(*prediction)).substr(1);
    fmt::print("{}\n", line);
    return std::fflush(stdout) == 0
               ? 0
               : fail({ErrorCode::Internal, "The results cannot be written; is the disk full?"});
}

int predictInput(Workbench &workbench, const std::string &model, const std::string &input,
                 Bytes limit)
{
    auto content = contentOf(input, limit);
    if (!content)
        return fail(content.error());
    auto items = itemsOf(input, std::move(*content));
    if (!items)
        return fail({items.error().code, fmt::format("{}: {}", input, items.error().message)});
    int code = 0;
    for (const Item &item : *items)
        code = std::max(code, predictItem(workbench, model, item));
    return code;
}

// The model named by a path, or by name among the samples.
Result<std::string> openModel(Workbench &workbench, const std::string &model, bool sample)
{
    if (sample) {
        auto folder = unpackSamples();
        if (!folder)
            return std::move(folder).error();
        if (auto opened = workbench.open(*folder, false); !opened)
            return std::move(opened).error();
        if (workbench.model({model, {}}))
            return model;
    }
    auto names = workbench.open(model, false);
    if (!names)
        return std::move(names).error();
    if (names->size() != 1)
        return invalidArgument(fmt::format("\"{}\" holds {} models; name one of them by its file.",
                                           model, names->size()));
    return names->front();
}

} // namespace

int runPredict(const CommandLine &line)
{
    const SystemClock clock;
    Workbench workbench(line.options.workbench, clock);
    auto model = openModel(workbench, line.arguments.front().toStdString(), line.options.sample);
    if (!model)
        return fail(model.error());
    int code = 0;
    for (const QString &argument : line.arguments.mid(1)) {
        const auto inputs = expanded(argument.toStdString());
        if (inputs.empty())
            code = fail(notFound(fmt::format(
                "The folder \"{}\" holds no image, .json, .npy or .csv.", argument.toStdString())));
        for (const std::string &input : inputs)
            code =
                std::max(code, predictInput(workbench, *model, input, line.options.http.maxBody));
    }
    workbench.stop(std::chrono::seconds(2));
    return code;
}

} // namespace warmbench::app
