#include "ui/preferences.h"

#include "inference/workbench.h"
#include "ui/api_control.h"
#include "ui/settings.h"
#include "ui/widgets/display_text.h"

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int lastPort = 65535;

// "never" is how the window writes a time-out that is switched off.
Result<Milliseconds> parseKeepAlive(const QString &typed)
{
    if (typed == Preferences::tr("never") || typed == "never"_L1)
        return forever;
    return parseDuration(typed.toStdString());
}

Result<int> parsePort(const QString &typed)
{
    bool whole = false;
    const int port = typed.toInt(&whole);
    if (!whole || port < 1 || port > lastPort)
        return invalidArgument(Preferences::tr("Write the number of a port, from 1 to %1.")
                                   .arg(lastPort)
                                   .toStdString());
    return port;
}

Result<Bytes> parseBudget(const QString &typed)
{
    Result<Bytes> budget = parseBytes(typed.toStdString());
    if (budget && budget->count == 0)
        return invalidArgument(
            Preferences::tr("No model fits into 0 bytes: write more, such as 2GiB.").toStdString());
    return budget;
}

} // namespace

Preferences::Preferences(Workbench &workbench, ApiControl &api, QObject *parent)
    : QObject(parent)
    , m_workbench(workbench)
    , m_api(api)
    , m_start{workbench.cache().statistics().budget, workbench.cache().keepAlive(), api.port(), {}}
{
    connect(&api, &ApiControl::changed, this, &Preferences::changed);
}

void Preferences::setStart(const ProgramStart &start)
{
    m_start = start;
    Q_EMIT changed();
}

QString Preferences::given(Preference preference) const
{
    return m_start.given.at(static_cast<std::size_t>(preference));
}

QString Preferences::value(Preference preference) const
{
    switch (preference) {
    case Preference::Budget:
        return text(m_workbench.cache().statistics().budget);
    case Preference::KeepAlive:
        return m_workbench.cache().keepAlive() < Milliseconds::zero()
                   ? tr("never")
                   : QString::fromStdString(toText(m_workbench.cache().keepAlive()));
    case Preference::Port:
        break;
    }
    return QString::number(m_api.port());
}

Result<void> Preferences::set(Preference preference, const QString &typed)
{
    const QString text = typed.trimmed();
    if (Result<void> applied = apply(preference, text); !applied)
        return applied;
    keep(preference, text);
    Q_EMIT changed();
    return {};
}

Result<void> Preferences::restoreDefault(Preference preference)
{
    if (!given(preference).isEmpty())
        return {};
    const QString usual = preference == Preference::Budget ? QString::number(m_start.budget.count)
                          : preference == Preference::Port
                              ? QString::number(m_start.port)
                              : QString::fromStdString(toText(m_start.keepAlive));
    if (Result<void> applied = apply(preference, usual); !applied)
        return applied;
    keep(preference, {});
    Q_EMIT changed();
    return {};
}

Result<void> Preferences::apply(Preference preference, const QString &text)
{
    if (const QString start = given(preference); !start.isEmpty())
        return failedPrecondition(
            tr("This was given %1, and holds until the program ends.").arg(start).toStdString());
    switch (preference) {
    case Preference::Budget: {
        const Result<Bytes> budget = parseBudget(text);
        if (!budget)
            return budget.error();
        m_workbench.cache().setBudget(*budget);
        return {};
    }
    case Preference::KeepAlive: {
        const Result<Milliseconds> time = parseKeepAlive(text);
        if (!time)
            return time.error();
        m_workbench.cache().setKeepAlive(*time);
        return {};
    }
    case Preference::Port:
        break;
    }
    const Result<int> port = parsePort(text);
    return port ? m_api.moveTo(*port) : Result<void>(port.error());
}

void Preferences::keep(Preference preference, const QString &text)
{
    switch (preference) {
    case Preference::Budget:
        return write(settings::memoryBudget, text);
    case Preference::KeepAlive:
        return write(settings::keepAlive, text == tr("never") ? u"-1"_s : text);
    case Preference::Port:
        return write(settings::apiPort, text.toInt());
    }
}

Theme Preferences::theme() const
{
    return themeFromName(read(settings::theme));
}

void Preferences::setTheme(Theme theme)
{
    if (theme == this->theme())
        return;
    write(settings::theme, themeName(theme));
    applyTheme(theme);
    Q_EMIT changed();
}

int Preferences::textSize() const
{
    return read(settings::textSize);
}

void Preferences::setTextSize(int percent)
{
    if (percent == textSize())
        return;
    write(settings::textSize, percent);
    applyTextSize(textSize());
    Q_EMIT changed();
}

std::optional<Bytes> keptBudget()
{
    const auto budget = parseBytes(read(settings::memoryBudget).toStdString());
    return budget ? std::optional(*budget) : std::nullopt;
}

std::optional<Milliseconds> keptKeepAlive()
{
    const auto time = parseDuration(read(settings::keepAlive).toStdString());
    return time ? std::optional(*time) : std::nullopt;
}

std::optional<int> keptPort()
{
    const int port = read(settings::apiPort);
    return port > 0 ? std::optional(port) : std::nullopt;
}

} // namespace warmbench::ui
