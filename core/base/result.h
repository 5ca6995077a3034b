// A value or the reason why there is none. Member names are those of std::expected, which GCC 12
// lacks.
//
// Errors are sentences for people: they name what was wrong, what was expected and what to do next.
// Thread: values, no shared state. Cost: that of std::variant.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace warmbench {

enum class ErrorCode {
    InvalidArgument,    // the caller's input is wrong, whatever the state of the program
    NotFound,           // no model, file or version of that name
    FailedPrecondition, // the model cannot be loaded or run as it is; the input may be fine
    ResourceExhausted,  // no room in the memory budget
    DeadlineExceeded,   // the time allowed ran out before an answer
    Cancelled,          // the caller went away or asked to stop
    Unavailable,        // queue full or shutting down: the same call may succeed later
    Internal,           // a bug in this program or in a library
};

struct Error
{
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    bool operator==(const Error &) const = default;
};

// The names that clients see: INVALID_ARGUMENT, NOT_FOUND, ...
constexpr const char *errorCodeName(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument:
        return "INVALID_ARGUMENT";
    case ErrorCode::NotFound:
        return "NOT_FOUND";
    case ErrorCode::FailedPrecondition:
        return "FAILED_PRECONDITION";
    case ErrorCode::ResourceExhausted:
        return "RESOURCE_EXHAUSTED";
    case ErrorCode::DeadlineExceeded:
        return "DEADLINE_EXCEEDED";
    case ErrorCode::Cancelled:
        return "CANCELLED";
    case ErrorCode::Unavailable:
        return "UNAVAILABLE";
    case ErrorCode::Internal:
        break;
    }
    return "INTERNAL";
}

inline Error invalidArgument(std::string message)
{
    return {ErrorCode::InvalidArgument, std::move(message)};
}
inline Error notFound(std::string message)
{
    return {ErrorCode::NotFound, std::move(message)};
}
inline Error failedPrecondition(std::string message)
{
    return {ErrorCode::FailedPrecondition, std::move(message)};
}

template <typename T>
class [[nodiscard]] Result
{
public:
    using value_type = T;
    using error_type = Error;

    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error))
    {
    }

    bool has_value() const { return m_state.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T &value() &
    {
        assert(has_value());
        return *std::get_if<0>(&m_state);
    }
    const T &value() const &
    {
        assert(has_value());
        return *std::get_if<0>(&m_state);
    }
    T &&value() && { return std::move(value()); }
    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T &&operator*() && { return std::move(value()); }
    T *operator->() { return &value(); }
    const T *operator->() const { return &value(); }
    template <typename U>
    T value_or(U &&other) const &
    {
        return has_value() ? value() : static_cast<T>(std::forward<U>(other));
    }

    const Error &error() const &
    {
        assert(!has_value());
        return *std::get_if<1>(&m_state);
    }
    Error &&error() &&
    {
        assert(!has_value());
        return std::move(*std::get_if<1>(&m_state));
    }

private:
    std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void>
{
public:
    using value_type = void;
    using error_type = Error;

    Result() = default;
    Result(Error error)
        : m_error(std::move(error))
    {
    }

    bool has_value() const { return !m_error; }
    explicit operator bool() const { return has_value(); }
    void value() const { assert(has_value()); }
    const Error &error() const &
    {
        assert(m_error);
        return *m_error;
    }
    Error &&error() &&
    {
        assert(m_error);
        return std::move(*m_error);
    }

private:
    std::optional<Error> m_error;
};

} // namespace warmbench
