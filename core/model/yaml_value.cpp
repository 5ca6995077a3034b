#include "model/yaml_value.h"

#include "base/text.h"

#include <fmt/format.h>
#include <optional>
#include <utility>
#include <yaml.h>

namespace warmbench {

namespace {

constexpr std::size_t longestText = 4 << 20;
constexpr std::size_t deepestYaml = 32;
constexpr std::size_t mostValues = 100'000;

Error problemAt(const yaml_mark_t &mark, std::string_view what)
{
    return invalidArgument(
        fmt::format("line {}, column {}: {}", mark.line + 1, mark.column + 1, what));
}

// libyaml's reader, which gives a file piece by piece.
class Events
{
public:
    explicit Events(std::string_view text)
        : m_ready(yaml_parser_initialize(&m_parser) == 1)
    {
        if (m_ready)
            yaml_parser_set_input_string(
                &m_parser, reinterpret_cast<const unsigned char *>(text.data()), text.size());
    }
    ~Events()
    {
        yaml_event_delete(&m_event);
        if (m_ready)
            yaml_parser_delete(&m_parser);
    }
    Events(const Events &) = delete;
    Events &operator=(const Events &) = delete;

    // The next event, which lives until the one after it; null at a mistake.
    const yaml_event_t *next()
    {
        yaml_event_delete(&m_event);
        return m_ready && yaml_parser_parse(&m_parser, &m_event) == 1 ? &m_event : nullptr;
    }
    Error problem() const
    {
        if (!m_ready || m_parser.error == YAML_MEMORY_ERROR)
            return Error{ErrorCode::ResourceExhausted, "there is no memory to read it"};
        return problemAt(
            m_parser.problem_mark,
            fmt::format("it is no YAML: {}", m_parser.problem ? m_parser.problem : "damaged"));
    }

private:
    yaml_parser_t m_parser = {};
    yaml_event_t m_event = {};
    bool m_ready;
};

// Puts values together as their events come.
class Tree
{
public:
    std::optional<Error> take(const yaml_event_t &event)
    {
        switch (event.type) {
        case YAML_SCALAR_EVENT:
            return scalar(event);
        case YAML_SEQUENCE_START_EVENT:
            return open(event, JsonValue::Kind::List);
        case YAML_MAPPING_START_EVENT:
            return open(event, JsonValue::Kind::Object);
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
            close();
            return std::nullopt;
        case YAML_ALIAS_EVENT:
            return problemAt(event.start_mark, "aliases (*name) are not read; write the value out");
        default:
            return std::nullopt;
        }
    }
    JsonValue root() { return std::move(m_root); }

private:
    struct Open
    {
        JsonValue value;
        std::optional<std::string> key; // that waits for its value
    };

    static JsonValue made(const yaml_event_t &event, JsonValue::Kind kind)
    {
        JsonValue value;
        value.kind = kind;
        value.line = static_cast<int>(event.start_mark.line + 1);
        value.column = static_cast<int>(event.start_mark.column + 1);
        return value;
    }
    bool wantsKey() const
    {
        return !m_open.empty() && m_open.back().value.kind == JsonValue::Kind::Object &&
               !m_open.back().key;
    }

    std::optional<Error> scalar(const yaml_event_t &event)
    {
        if (++m_count > mostValues)
            return problemAt(event.start_mark,
                             fmt::format("it has more than {} values", mostValues));
        const auto &told = event.data.scalar;
        std::string text(reinterpret_cast<const char *>(told.value), told.length);
        if (wantsKey()) {
            m_open.back().key = std::move(text);
            return std::nullopt;
        }
        JsonValue value = made(event, JsonValue::Kind::Text);
        value.text = std::move(text);
        add(std::move(value));
        return std::nullopt;
    }
    std::optional<Error> open(const yaml_event_t &event, JsonValue::Kind kind)
    {
        if (++m_count > mostValues)
            return problemAt(event.start_mark,
                             fmt::format("it has more than {} values", mostValues));
        if (m_open.size() == deepestYaml)
            return problemAt(event.start_mark,
                             fmt::format("it has more than {} levels", deepestYaml));
        if (wantsKey())
            return problemAt(event.start_mark, "a key is no word");
        m_open.push_back({made(event, kind), {}});
        return std::nullopt;
    }
    void close()
    {
        JsonValue value = std::move(m_open.back().value);
        m_open.pop_back();
        add(std::move(value));
    }
    void add(JsonValue value)
    {
        if (m_open.empty()) {
            m_root = std::move(value);
            return;
        }
        Open &parent = m_open.back();
        if (parent.key)
            parent.value.keys.push_back(*std::exchange(parent.key, std::nullopt));
        parent.value.items.push_back(std::move(value));
    }

    std::vector<Open> m_open; // from the root to the innermost
    JsonValue m_root;
    std::size_t m_count = 0;
};

} // namespace

Result<JsonValue> parseYaml(std::string_view text)
{
    if (text.size() > longestText)
        return invalidArgument(fmt::format("it is larger than {} MiB", longestText >> 20));
    Events events(text);
    Tree tree;
    for (;;) {
        const yaml_event_t *const event = events.next();
        if (!event)
            return events.problem();
        if (event->type == YAML_DOCUMENT_END_EVENT || event->type == YAML_STREAM_END_EVENT)
            return tree.root();
        if (auto problem = tree.take(*event))
            return *std::move(problem);
    }
}

} // namespace warmbench
