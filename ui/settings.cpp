#include "ui/settings.h"

#include "base/logging.h"

#include <QSettings>

namespace warmbench::ui {

namespace settings {
const Setting<QByteArray> windowGeometry{"window/geometry", {}};
const Setting<QByteArray> columns{"window/columns", {}};
const Setting<QByteArray> rows{"window/rows", {}};
const Setting<QByteArray> facts{"window/facts", {}};
const Setting<bool> modelsShown{"window/modelsShown", true};
const Setting<bool> factsShown{"window/factsShown", true};
const Setting<QString> drawer{"window/drawer", QStringLiteral("monitor"), [](const QString &value) {
                                  return value == QLatin1String("monitor") ||
                                         value == QLatin1String("requests") ||
                                         value == QLatin1String("log") ||
                                         value == QLatin1String("none");
                              }};
const Setting<int> layoutVersion{"window/layoutVersion", 0};
const Setting<QString> theme{"window/theme", QStringLiteral("system"), [](const QString &value) {
                                 return value == QLatin1String("system") ||
                                        value == QLatin1String("light") ||
                                        value == QLatin1String("dark");
                             }};
const Setting<QStringList> recentPaths{"files/recent", {}};
const Setting<QString> lastFolder{"files/lastFolder", {}};
const Setting<QStringList> sessionPaths{"session/paths", {}};
const Setting<QString> sessionModel{"session/model", {}};
const Setting<QString> sessionInput{"session/input", {}};
const Setting<int> sessionPage{"session/page", 0, [](const int &value) { return value >= 0; }};
const Setting<int> monitorSpanSeconds{"monitor/spanSeconds", 60,
                                      [](const int &value) { return value > 0 && value <= 3600; }};
const Setting<int> logLevel{"log/level", static_cast<int>(LogLevel::Info), [](const int &value) {
                                return value >= 0 && value <= static_cast<int>(LogLevel::Error);
                            }};
} // namespace settings

namespace {

constexpr int recentCount = 10;

QSettings store()
{
    return QSettings(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("warmbench"),
                     QStringLiteral("window"));
}

template <typename T>
T readAs(const Setting<T> &setting)
{
    const QVariant stored = store().value(QLatin1String(setting.key));
    if (!stored.isValid() || !stored.canConvert<T>())
        return setting.fallback;
    T value = stored.value<T>();
    return !setting.accepts || setting.accepts(value) ? value : setting.fallback;
}

} // namespace

QByteArray read(const Setting<QByteArray> &setting)
{
    return readAs(setting);
}

QString read(const Setting<QString> &setting)
{
    return readAs(setting);
}

QStringList read(const Setting<QStringList> &setting)
{
    return readAs(setting);
}

int read(const Setting<int> &setting)
{
    return readAs(setting);
}

bool read(const Setting<bool> &setting)
{
    return readAs(setting);
}

void write(const Setting<QByteArray> &setting, const QByteArray &value)
{
    store().setValue(QLatin1String(setting.key), value);
}

void write(const Setting<QString> &setting, const QString &value)
{
    store().setValue(QLatin1String(setting.key), value);
}

void write(const Setting<QStringList> &setting, const QStringList &value)
{
    store().setValue(QLatin1String(setting.key), value);
}

void write(const Setting<int> &setting, int value)
{
    store().setValue(QLatin1String(setting.key), value);
}

void write(const Setting<bool> &setting, bool value)
{
    store().setValue(QLatin1String(setting.key), value);
}

void rememberRecent(const QString &path)
{
    QStringList paths = read(settings::recentPaths);
    paths.removeAll(path);
    paths.prepend(path);
    write(settings::recentPaths, paths.mid(0, recentCount));
}

} // namespace warmbench::ui
