// What a person may set of the running program, and how it looks: each value is applied at once and
// kept for the next start. One object for all places of the window that change the same value.
// What was given when the program was started holds until it ends, and cannot be changed.
//
// Thread: GUI. Errors: InvalidArgument or Unavailable with a sentence that stands beside the field;
// the old value stays.
#pragma once

#include "base/bytes.h"
#include "base/duration.h"
#include "base/result.h"
#include "ui/widgets/theme.h"

#include <array>
#include <cstdint>
#include <optional>
#include <QObject>
#include <QString>

namespace warmbench {
class Workbench;
}

namespace warmbench::ui {

class ApiControl;

enum class Preference : std::uint8_t { Budget, KeepAlive, Port };
inline constexpr std::size_t preferenceCount = 3;

// What holds where nobody says otherwise, and what was given for this run: "on the command line:
// --port 5001"; empty: nothing was.
struct ProgramStart
{
    Bytes budget;
    Milliseconds keepAlive = forever;
    int port = 5000;
    std::array<QString, preferenceCount> given;
};

class Preferences : public QObject
{
    Q_OBJECT

public:
    Preferences(Workbench &workbench, ApiControl &api, QObject *parent = nullptr);

    // Until this is called, the present values are the defaults, and nothing was given.
    void setStart(const ProgramStart &start);

    QString given(Preference preference) const;
    // The present value as people write it: "2GiB", "30m", "never", "5000".
    QString value(Preference preference) const;
    Result<void> set(Preference preference, const QString &typed);
    // What set() would do with the default, which is forgotten by the next start.
    Result<void> restoreDefault(Preference preference);

    Theme theme() const;
    void setTheme(Theme theme);
    int textSize() const; // percent
    void setTextSize(int percent);

Q_SIGNALS:
    void changed();

private:
    Result<void> apply(Preference preference, const QString &text);
    void keep(Preference preference, const QString &text);

    Workbench &m_workbench;
    ApiControl &m_api;
    ProgramStart m_start;
};

// What an earlier run kept; empty: the program's default holds.
std::optional<Bytes> keptBudget();
std::optional<Milliseconds> keptKeepAlive();
std::optional<int> keptPort();

} // namespace warmbench::ui
