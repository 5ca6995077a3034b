// Reads objects of a settings file by tables of known keys and keeps the first wrong value.
//
// A table row pairs a key with a function that stores its value. The reader knows the path to the
// value it reads ("golden[1].expect.min_score"), so that every message names the key in full. A
// null is treated as if the key were not there. Thread: one reader for each parse.
#pragma once

#include "model/json_value.h"

#include <fmt/format.h>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

class SettingsReader;

inline constexpr double noLimit = std::numeric_limits<double>::infinity();

template <typename Target>
struct SettingsKey
{
    std::string_view name;
    void (*store)(SettingsReader &reader, const JsonValue &value, Target &target);
};

class SettingsReader
{
public:
    // `what` is read, for messages: "The settings". Empty: no text that a person has before them,
    // so that lines and columns are left out.
    explicit SettingsReader(std::string_view what)
        : m_what(what)
    {
    }

    template <typename Target>
    void object(const JsonValue &value, std::span<const SettingsKey<Target>> keys, Target &target)
    {
        if (value.kind != JsonValue::Kind::Object)
            return refuse(value, "an object in braces");
        for (std::size_t i = 0; i < value.items.size() && !m_problem; ++i) {
            const SettingsKey<Target> *known = nullptr;
            for (const auto &key : keys) {
                if (key.name == value.keys[i])
                    known = &key;
            }
            if (!known) {
                std::vector<std::string> names;
                for (const auto &key : keys)
                    names.emplace_back(key.name);
                warnUnknown(value.items[i], value.keys[i], names);
            } else if (value.items[i].kind != JsonValue::Kind::Null) {
                const Step step(*this, known->name);
                known->store(*this, value.items[i], target);
            }
        }
    }
    // Calls `use` for each item of a list; the reader's path then leads to the item.
    template <typename Use>
    void list(const JsonValue &value, std::string_view accepted, Use &&use)
    {
        if (value.kind != JsonValue::Kind::List)
            return refuse(value, accepted);
        for (std::size_t i = 0; i < value.items.size() && !m_problem; ++i) {
            const Step step(*this, i);
            use(value.items[i]);
        }
    }

    // Each of these reads a value; if it is of another kind, it returns nothing and keeps the
    // problem.
    std::optional<std::string> text(const JsonValue &value, std::string_view accepted);
    std::optional<bool> flag(const JsonValue &value);
    std::optional<int> whole(const JsonValue &value, int least, int most);
    std::optional<double> number(const JsonValue &value, double least, double most);
    // The index of the value in `names`; case does not matter.
    std::optional<std::size_t> choice(const JsonValue &value,
                                      std::span<const std::string_view> names);

    // Keeps the problem that the value at the present path is not what is `accepted`.
    void refuse(const JsonValue &value, std::string_view accepted);
    // Keeps any other problem with the value at the present path; `sentence` follows the key in the
    // message.
    void complain(const JsonValue &value, std::string_view sentence);

    const std::optional<Error> &problem() const { return m_problem; }
    std::vector<std::string> takeWarnings() { return std::move(m_warnings); }

private:
    // Lengthens the path by one step for as long as the object lives.
    class Step
    {
    public:
        Step(SettingsReader &reader, std::string_view key)
            : m_path(reader.m_path)
            , m_length(reader.m_path.size())
        {
            m_path += m_path.empty() ? std::string(key) : fmt::format(".{}", key);
        }
        Step(SettingsReader &reader, std::size_t index)
            : m_path(reader.m_path)
            , m_length(reader.m_path.size())
        {
            m_path += fmt::format("[{}]", index);
        }
        ~Step() { m_path.resize(m_length); }
        Step(const Step &) = delete;
        Step &operator=(const Step &) = delete;

    private:
        std::string &m_path;
        std::size_t m_length;
    };

    void warnUnknown(const JsonValue &value, const std::string &key,
                     std::span<const std::string> known);
    std::string where(const JsonValue &value) const;

    std::string m_what;
    std::string m_path;
    std::optional<Error> m_problem;
    std::vector<std::string> m_warnings;
};

} // namespace warmbench
