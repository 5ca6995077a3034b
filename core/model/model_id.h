// How callers name a model: its name, and a version if they ask for one.
#pragma once

#include <compare>
#include <functional>
#include <string>

namespace warmbench {

struct ModelId
{
    std::string name;
    std::string version; // empty: the version that serves (the highest)

    auto operator<=>(const ModelId &) const = default;
    std::string text() const { return version.empty() ? name : name + " version " + version; }
};

} // namespace warmbench

template <>
struct std::hash<warmbench::ModelId>
{
    std::size_t operator()(const warmbench::ModelId &id) const noexcept
    {
        const std::size_t name = std::hash<std::string>()(id.name);
        return id.version.empty() ? name : name ^ (std::hash<std::string>()(id.version) * 31);
    }
};
