#include "engine/opencv/ml_checks.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

constexpr std::int64_t mostVariables = 10'000'000;
constexpr std::int64_t categorical = 1; // cv::ml::VAR_CATEGORICAL

struct Range
{
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

// Reads the members before the trees as DTreesImpl::readParams (modules/ml/src/tree.cpp) does, with
// its rules for files of OpenCV 2.
class TreeTables
{
public:
    Result<void> read(const cv::FileNode &root)
    {
        m_all = mlNumber(root, "var_all");
        m_chosen = mlNumbers(root["var_idx"]);
        m_types = mlNumbers(root["var_type"]);
        m_classifies = mlNumber(root, "is_classifier") != 0;
        m_values = mlNumbers(root["cat_map"]);
        if (m_all < 1 || m_all > mostVariables || m_types.empty() ||
            std::ssize(m_types) > m_all + 1)
            return failedPrecondition(
                fmt::format("it has types for {} of {} variables", m_types.size(), m_all));
        const bool inside = std::all_of(m_chosen.begin(), m_chosen.end(),
                                        [this](auto index) { return index >= 0 && index < m_all; });
        if (!inside)
            return failedPrecondition(fmt::format(
                "\"var_idx\" names variables that the {} there are do not include", m_all));
        const bool old = isOld(root);
        if (old && std::ssize(m_types) <= m_all && !extendTypes())
            return failedPrecondition("\"var_idx\" has more entries than \"var_type\"");
        if (auto done = old ? readOldCategories(root) : readCategories(root); !done)
            return done;
        const auto substitutes = static_cast<std::int64_t>(root["missing_subst"].size());
        if (!old && substitutes != 0 && substitutes < std::ssize(m_types))
            return failedPrecondition(fmt::format("\"missing_subst\" has {} numbers for {} "
                                                  "variables",
                                                  substitutes, m_types.size()));
        m_global = m_chosen.empty() || mlNumber(root, "global_var_idx") != 0;
        return checkRanges();
    }

    std::int64_t classes() const { return m_classes; }
    bool classifies() const { return m_classifies; }

    // The variable that a split means by `number`; -1 if there is none or samples do not have it.
    std::int64_t variable(std::int64_t number) const
    {
        const std::int64_t named = m_global ? std::ssize(m_types) : std::ssize(m_chosen);
        if (number < 0 || number >= named)
            return -1;
        const std::int64_t variable =
            m_global ? number : m_chosen[static_cast<std::size_t>(number)];
        const bool given = m_chosen.empty() ? variable + 1 < std::ssize(m_types)
                                            : std::find(m_chosen.begin(), m_chosen.end(),
                                                        variable) != m_chosen.end();
        return given ? variable : -1;
    }

    // How many values a categorical variable has; 0 if it is not categorical.
    std::int64_t values(std::int64_t variable) const
    {
        const auto index = static_cast<std::size_t>(variable);
        if (m_types[index] != categorical)
            return 0;
        return m_categories[index].end - m_categories[index].begin;
    }

private:
    bool isOld(const cv::FileNode &root) const
    {
        if (!root["format"].empty())
            return mlNumber(root, "format") < 3;
        if (!root["cat_ofs"].empty() || !root["missing_subst"].empty() ||
            !root["class_labels"].empty())
            return false;
        const std::int64_t used = mlNumber(root, "var_count");
        if (std::ssize(m_types) != m_all)
            return true;
        return used == m_all || used + 1 != m_all;
    }

    bool extendTypes()
    {
        std::vector<std::int64_t> extended(static_cast<std::size_t>(m_all) + 1, 0);
        if (m_chosen.size() > m_types.size())
            return false;
        for (std::size_t i = 0; i < m_chosen.size(); ++i)
            extended[static_cast<std::size_t>(m_chosen[i])] = m_types[i];
        if (m_chosen.empty())
            std::copy(m_types.begin(), m_types.end(), extended.begin());
        extended.back() = m_classifies ? categorical : 0;
        m_types = std::move(extended);
        return true;
    }

    Result<void> readOldCategories(const cv::FileNode &root)
    {
        const auto counts = mlNumbers(root["cat_count"]);
        std::size_t used = 0;
        std::int64_t shift = 0;
        for (std::size_t i = 0; i + 1 < m_types.size(); ++i) {
            Range range;
            if (m_types[i] == categorical) {
                if (used >= counts.size() || counts[used] < 1 || counts[used] > mostVariables)
                    return failedPrecondition(
                        "\"cat_count\" does not count the values of each categorical variable");
                range = {shift, shift + counts[used++]};
                shift = range.end;
            }
            m_categories.push_back(range);
        }
        m_classes = std::max<std::int64_t>(std::ssize(m_values) - shift, 0);
        return {};
    }

    Result<void> readCategories(const cv::FileNode &root)
    {
        const auto ends = mlNumbers(root["cat_ofs"]);
        for (std::size_t i = 0; i + 1 < ends.size(); i += 2)
            m_categories.push_back({ends[i], ends[i + 1]});
        m_classes = std::ssize(mlNumbers(root["class_labels"]));
        return {};
    }

    Result<void> checkRanges() const
    {
        for (std::size_t i = 0; i + 1 < m_types.size(); ++i) {
            if (m_types[i] != categorical)
                continue;
            const bool sane = i < m_categories.size() && m_categories[i].begin >= 0 &&
                              m_categories[i].begin < m_categories[i].end &&
                              m_categories[i].end <= std::ssize(m_values);
            if (!sane)
                return failedPrecondition(
                    fmt::format("variable {} is categorical but has no values in \"cat_map\"", i));
        }
        return {};
    }

    std::int64_t m_all = 0;
    std::int64_t m_classes = 0;
    bool m_classifies = false;
    bool m_global = true;
    std::vector<std::int64_t> m_chosen;
    std::vector<std::int64_t> m_types;
    std::vector<std::int64_t> m_values;
    std::vector<Range> m_categories;
};

Result<void> checkSplit(const cv::FileNode &split, const TreeTables &tables)
{
    const std::int64_t variable = tables.variable(mlNumber(split, "var", -1));
    if (variable < 0)
        return failedPrecondition(
            fmt::format("a split asks for the variable {}, which samples do not have",
                        mlNumber(split, "var", -1)));
    const std::int64_t values = tables.values(variable);
    if (values == 0)
        return {};
    const cv::FileNode in = split["in"].empty() ? split["not_in"] : split["in"];
    const auto chosen =
        in.isInt() ? std::vector<std::int64_t>{static_cast<int>(in)} : mlNumbers(in);
    const bool inside = std::all_of(chosen.begin(), chosen.end(),
                                    [values](auto value) { return value >= 0 && value < values; });
    if (!inside)
        return failedPrecondition(
            fmt::format("a split of variable {} names values that the {} there are do not include",
                        variable, values));
    return {};
}

// The root comes first, then all of its left side, then its right side, and so on for each node. A
// node with splits has both sides.
Result<void> checkTree(const cv::FileNode &nodes, const TreeTables &tables, std::int64_t classes)
{
    if (!nodes.isSeq() || nodes.begin() == nodes.end())
        return failedPrecondition("a tree has no nodes");
    std::int64_t missing = 1;
    for (const cv::FileNode &node : nodes) {
        if (missing == 0)
            return failedPrecondition("a tree has nodes that belong to no branch");
        const cv::FileNode splits = node.isMap() ? node["splits"] : cv::FileNode();
        if (!splits.empty() && !splits.isSeq())
            return failedPrecondition("the splits of a node are no list");
        missing += splits.begin() == splits.end() ? -1 : 1;
        for (auto split = splits.begin(); split != splits.end(); ++split) {
            if (auto sane = checkSplit(*split, tables); !sane)
                return sane;
        }
        const std::int64_t chosen = mlNumber(node, "norm_class_idx");
        if (classes > 0 && (chosen < 0 || chosen >= classes))
            return failedPrecondition(
                fmt::format("a leaf answers with class {} of {}", chosen, classes));
    }
    if (missing != 0)
        return failedPrecondition("a tree lacks nodes that its branches lead to");
    return {};
}

} // namespace

Result<void> checkMlTrees(const cv::FileNode &root, std::string_view kind)
{
    TreeTables tables;
    if (auto read = tables.read(root); !read)
        return read;
    const bool boosted = kind == "boost";
    const bool classifies = tables.classifies() && !boosted;
    if ((classifies && tables.classes() < 1) || (boosted && tables.classes() < 2))
        return failedPrecondition("it has no names for its classes");
    const std::int64_t classes = classifies ? tables.classes() : 0;
    if (kind == "dtree")
        return checkTree(root["nodes"], tables, classes);
    const cv::FileNode trees = root["trees"];
    const std::int64_t count = mlNumber(root, "ntrees");
    if (!trees.isSeq() || count < 1 || count != static_cast<std::int64_t>(trees.size()))
        return failedPrecondition(
            fmt::format("it says {} trees but holds {}", count, trees.size()));
    for (const cv::FileNode &tree : trees) {
        auto sane = checkTree(tree.isMap() ? tree["nodes"] : cv::FileNode(), tables, classes);
        if (!sane)
            return sane;
    }
    return {};
}

} // namespace warmbench
