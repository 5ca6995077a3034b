#include "engine/opencv/ml_checks.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

// OpenCV counts their bytes with 31 bits.
constexpr std::int64_t mostNumbers = std::int64_t(1) << 29;

Error wrong(std::string what)
{
    return failedPrecondition(std::move(what));
}

bool isMatrix(const cv::FileNode &node)
{
    return node.isMap() && !node["rows"].empty() && !node["cols"].empty() && !node["dt"].empty();
}

// Checks that every matrix holds as many numbers as its extents say. How deep nodes nest was
// checked in the text before.
Result<void> checkMatrices(const cv::FileNode &node)
{
    if (isMatrix(node)) {
        const MlMatrix matrix = mlMatrix(node);
        const auto held = static_cast<std::int64_t>(node["data"].size());
        const bool sane = matrix.rows >= 0 && matrix.columns >= 0 && matrix.rows <= mostNumbers &&
                          matrix.columns <= mostNumbers && matrix.type.size() == 1 &&
                          matrix.count() == held;
        if (!sane)
            return wrong(fmt::format("the matrix \"{}\" has {} numbers for {} x {}", node.name(),
                                     held, matrix.rows, matrix.columns));
        return {};
    }
    if (!node.isMap() && !node.isSeq())
        return {};
    for (const cv::FileNode &child : node) {
        if (auto sane = checkMatrices(child); !sane)
            return sane;
    }
    return {};
}

// ---- SVM ----

// Checks that there are `count` rows of `columns` numbers each.
Result<void> checkVectors(const cv::FileNode &rows, std::int64_t count, std::int64_t columns)
{
    if (static_cast<std::int64_t>(rows.size()) != count || !rows.isSeq())
        return wrong(fmt::format("it says {} support vectors but holds {}", count, rows.size()));
    std::int64_t number = 0;
    for (const cv::FileNode &row : rows) {
        ++number;
        if (static_cast<std::int64_t>(row.size()) != columns)
            return wrong(fmt::format("support vector {} has {} numbers instead of {}", number,
                                     row.size(), columns));
    }
    return {};
}

Result<void> checkDecisions(const cv::FileNode &functions, std::int64_t classes,
                            std::int64_t vectors)
{
    const std::int64_t wanted = classes > 1 ? classes * (classes - 1) / 2 : 1;
    if (static_cast<std::int64_t>(functions.size()) != wanted || !functions.isSeq())
        return wrong(fmt::format("it has {} decision functions where {} classes need {}",
                                 functions.size(), classes, wanted));
    for (const cv::FileNode &function : functions) {
        const std::int64_t count = mlNumber(function, "sv_count");
        const auto weights = static_cast<std::int64_t>(function["alpha"].size());
        const bool counted = count >= 1 && weights == count && (classes > 1 || count == vectors);
        if (!counted)
            return wrong(fmt::format("a decision function has {} weights for {} support vectors",
                                     weights, count));
        if (classes < 2)
            continue;
        const auto indices = mlNumbers(function["index"]);
        const bool inside = std::all_of(indices.begin(), indices.end(), [vectors](auto index) {
            return index >= 0 && index < vectors;
        });
        if (std::ssize(indices) != count || !inside)
            return wrong(fmt::format(
                "a decision function names support vectors that the {} there are do not include",
                vectors));
    }
    return {};
}

Result<void> checkSvm(const cv::FileNode &root)
{
    const std::int64_t vectors = mlNumber(root, "sv_total");
    const std::int64_t columns = mlNumber(root, "var_count");
    const std::int64_t classes = mlNumber(root, "class_count");
    const std::int64_t uncompressed = mlNumber(root, "uncompressed_sv_total");
    if (vectors <= 0 || columns <= 0 || classes < 0 || classes > 10'000)
        return wrong(fmt::format("it says {} support vectors of {} numbers for {} classes", vectors,
                                 columns, classes));
    const cv::FileNode labels = root["class_labels"];
    const MlMatrix labelled = mlMatrix(labels);
    if (!labels.empty() && (labelled.count() != classes || labelled.type != "i"))
        return wrong(
            fmt::format("it has {} class labels for {} classes", labelled.count(), classes));
    const std::string type = root["svm_type"].empty() ? root["svmType"] : root["svm_type"];
    if ((type == "C_SVC" || type == "NU_SVC") && classes < 2)
        return wrong("it tells fewer than two classes apart");
    if (auto sane = checkVectors(root["support_vectors"], vectors, columns); !sane)
        return sane;
    if (uncompressed > 0) {
        auto sane = checkVectors(root["uncompressed_support_vectors"], uncompressed, columns);
        if (!sane)
            return sane;
    }
    return checkDecisions(root["decision_functions"], classes, vectors);
}

// ---- the others ----

Result<void> checkNearest(const cv::FileNode &root)
{
    const MlMatrix samples = mlMatrix(root["samples"]);
    const MlMatrix responses = mlMatrix(root["responses"]);
    const std::int64_t neighbours = mlNumber(root, "default_k");
    if (samples.count() < 1 || samples.type != "f" || responses.type != "f" ||
        responses.count() != samples.rows)
        return wrong(fmt::format("it has {} samples and {} answers to them", samples.rows,
                                 responses.count()));
    if (neighbours < 1)
        return wrong(fmt::format("it asks for {} neighbours", neighbours));
    return {};
}

// Checks that there is one matrix for each class.
Result<void> checkClasses(const cv::FileNode &root, const char *key, std::int64_t classes,
                          std::int64_t rows, std::int64_t columns)
{
    const cv::FileNode list = root[key];
    bool sane = list.isSeq() && static_cast<std::int64_t>(list.size()) == classes;
    for (auto one = list.begin(); sane && one != list.end(); ++one)
        sane = mlMatrix(*one).type == "d" && mlMatrix(*one).count() == rows * columns &&
               (rows == 1 || mlMatrix(*one).rows == rows);
    return sane ? Result<void>()
                : Result<void>(wrong(fmt::format("\"{}\" has not {} x {} numbers for each of the "
                                                 "{} classes",
                                                 key, rows, columns, classes)));
}

Result<void> checkBayes(const cv::FileNode &root)
{
    const std::int64_t all = mlNumber(root, "var_all");
    const MlMatrix labels = mlMatrix(root["cls_labels"]);
    const std::int64_t classes = labels.count();
    const auto chosen = mlNumbers(root["var_idx"]);
    const std::int64_t used = chosen.empty() ? all : std::ssize(chosen);
    const bool inside = std::all_of(chosen.begin(), chosen.end(),
                                    [all](auto index) { return index >= 0 && index < all; });
    if (all < 1 || all > mostNumbers || classes < 1 || labels.type != "i" || !inside ||
        (!chosen.empty() && mlMatrix(root["var_idx"]).type != "i"))
        return wrong(fmt::format("it has {} variables and {} classes that do not fit together",
                                 used, classes));
    for (const char *key : {"count", "sum", "productsum"}) {
        if (static_cast<std::int64_t>(root[key].size()) != classes)
            return wrong(fmt::format("\"{}\" has {} entries for {} classes", key, root[key].size(),
                                     classes));
    }
    for (const char *key : {"avg", "inv_eigen_values"}) {
        if (auto sane = checkClasses(root, key, classes, 1, used); !sane)
            return sane;
    }
    if (auto sane = checkClasses(root, "cov_rotate_mats", classes, used, used); !sane)
        return sane;
    const MlMatrix constants = mlMatrix(root["c"]);
    if (constants.count() != classes || constants.type != "d")
        return wrong(
            fmt::format("\"c\" has {} numbers for {} classes", constants.count(), classes));
    return {};
}

Result<void> checkLayers(const cv::FileNode &root)
{
    const auto layers = mlNumbers(root["layer_sizes"]);
    const bool sane = std::all_of(layers.begin(), layers.end(),
                                  [](auto size) { return size >= 1 && size <= 1'000'000; });
    const cv::FileNode weights = root["weights"];
    if (layers.size() < 2 || !sane || weights.size() + 1 != layers.size())
        return wrong(fmt::format("it has {} tables of weights for {} layers", weights.size(),
                                 layers.size()));
    auto table = weights.begin();
    for (std::size_t i = 1; i < layers.size(); ++i, ++table) {
        const std::int64_t wanted = (layers[i - 1] + 1) * layers[i];
        if (static_cast<std::int64_t>((*table).size()) != wanted)
            return wrong(
                fmt::format("layer {} has {} weights instead of {}", i, (*table).size(), wanted));
    }
    const std::pair<const char *, std::int64_t> scales[] = {{"input_scale", layers.front()},
                                                            {"output_scale", layers.back()},
                                                            {"inv_output_scale", layers.back()}};
    for (const auto &[key, size] : scales) {
        if (static_cast<std::int64_t>(root[key].size()) != 2 * size)
            return wrong(fmt::format("\"{}\" has {} numbers instead of {}", key, root[key].size(),
                                     2 * size));
    }
    return {};
}

Result<void> checkRegression(const cv::FileNode &root)
{
    const MlMatrix weights = mlMatrix(root["learnt_thetas"]);
    const MlMatrix named = mlMatrix(root["o_labels"]);
    const MlMatrix numbered = mlMatrix(root["n_labels"]);
    const std::int64_t classes = named.rows;
    const bool labelled = classes >= 2 && named.is(classes, 1, "i") && numbered.is(classes, 1, "i");
    const bool weighted = weights.type == "f" && weights.columns >= 2 &&
                          (weights.rows == classes || (weights.rows == 1 && classes == 2));
    if (!labelled || !weighted)
        return wrong(
            fmt::format("it has {} rows of weights for {} classes", weights.rows, classes));
    return {};
}

Result<void> checkGradient(const cv::FileNode &root)
{
    const MlMatrix weights = mlMatrix(root["weights"]);
    if (weights.rows != 1 || weights.columns < 1 || weights.type != "f")
        return wrong("its weights are no single row of numbers");
    return {};
}

} // namespace

std::int64_t mlNumber(const cv::FileNode &map, const char *key, std::int64_t fallback)
{
    const cv::FileNode node = map.isMap() ? map[key] : cv::FileNode();
    return node.isInt() ? static_cast<int>(node) : fallback;
}

std::vector<std::int64_t> mlNumbers(const cv::FileNode &node)
{
    const cv::FileNode list = isMatrix(node) ? node["data"] : node;
    std::vector<std::int64_t> numbers;
    if (list.empty() || list.isMap() || list.isString())
        return numbers;
    numbers.reserve(list.size());
    // A list of one number may be written as the number. A value that is no whole number becomes
    // -1, which no table has.
    if (!list.isSeq())
        return {list.isInt() ? static_cast<int>(list) : -1};
    for (const cv::FileNode &one : list)
        numbers.push_back(one.isInt() ? static_cast<int>(one) : -1);
    return numbers;
}

MlMatrix mlMatrix(const cv::FileNode &node)
{
    if (!isMatrix(node))
        return {};
    const cv::FileNode type = node["dt"];
    return {mlNumber(node, "rows", -1), mlNumber(node, "cols", -1),
            type.isString() ? static_cast<std::string>(type) : std::string()};
}

Result<void> checkMlModel(const cv::FileNode &root, std::string_view kind)
{
    if (!root.isMap())
        return wrong("its root has no members");
    if (auto sane = checkMatrices(root); !sane)
        return sane;
    if (kind == "svm")
        return checkSvm(root);
    if (kind == "knn")
        return checkNearest(root);
    if (kind == "nbayes")
        return checkBayes(root);
    if (kind == "ann_mlp")
        return checkLayers(root);
    if (kind == "lr")
        return checkRegression(root);
    if (kind == "svmsgd")
        return checkGradient(root);
    return checkMlTrees(root, kind);
}

} // namespace warmbench
