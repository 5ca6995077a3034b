#include "ui/settings.h"

#include "base/bytes.h"
#include "base/duration.h"
#include "base/logging.h"

#include <QSet>
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
const Setting<int> textSize{"window/textSize", 100,
                            [](const int &value) { return value >= 80 && value <= 200; }};
const Setting<QString> memoryBudget{"models/memoryBudget", {}, [](const QString &value) {
                                        return value.isEmpty() ||
                                               bool(parseBytes(value.toStdString()));
                                    }};
const Setting<QString> keepAlive{"models/keepAlive", {}, [](const QString &value) {
                                     return value.isEmpty() ||
                                            bool(parseDuration(value.toStdString()));
                                 }};
const Setting<int> apiPort{"api/port", 0,
                           [](const int &value) { return value >= 0 && value <= 65535; }};
const Setting<QStringList> recentPaths{"files/recent", {}};
const Setting<QString> lastFolder{"files/lastFolder", {}};
const Setting<QStringList> sessionPaths{"session/paths", {}};
const Setting<QString> sessionModel{"session/model", {}};
const Setting<QString> sessionInput{"session/input", {}};
const Setting<int> sessionPage{"session/page", 0, [](const int &value) { return value >= 0; }};
const Setting<QByteArray> unsavedChanges{"models/unsavedChanges", {}};
const Setting<int> monitorSpanSeconds{"monitor/spanSeconds", 60,
                                      [](const int &value) { return value > 0 && value <= 3600; }};
const Setting<int> logLevel{"log/level", static_cast<int>(LogLevel::Info), [](const int &value) {
                                return value >= 0 && value <= static_cast<int>(LogLevel::Error);
                            }};
} // namespace settings

namespace {

constexpr int recentCount = 10;

QSettings *batched = nullptr; // of the SettingsBatch that lives

std::unique_ptr<QSettings> opened()
{
    return std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope,
                                       QStringLiteral("warmbench"), QStringLiteral("window"));
}

// Says what is wrong with the file, each thing once.
void judge(const QSettings &store)
{
    static QSet<QString> said;
    QString sentence;
    if (store.status() == QSettings::FormatError)
        sentence = QStringLiteral("The window's settings in %1 are damaged: what cannot be read "
                                  "has its default.");
    else if (store.status() == QSettings::AccessError)
        sentence = QStringLiteral("The window's settings cannot be kept in %1: make the file and "
                                  "its folder readable and writable.");
    else
        return;
    sentence = sentence.arg(store.fileName());
    if (said.contains(sentence))
        return;
    said.insert(sentence);
    logWarning("window", sentence.toStdString());
}

QVariant stored(const char *key)
{
    if (batched)
        return batched->value(QLatin1String(key));
    const auto store = opened();
    judge(*store);
    return store->value(QLatin1String(key));
}

template <typename T>
T readAs(const Setting<T> &setting)
{
    const QVariant found = stored(setting.key);
    if (!found.isValid() || !found.canConvert<T>())
        return setting.fallback;
    T value = found.value<T>();
    return !setting.accepts || setting.accepts(value) ? value : setting.fallback;
}

template <typename T>
void writeAs(const Setting<T> &setting, const T &value)
{
    const QVariant found = stored(setting.key);
    if (found.isValid() && found.canConvert<T>() && found.value<T>() == value)
        return;
    if (batched)
        return batched->setValue(QLatin1String(setting.key), value);
    const auto store = opened();
    store->setValue(QLatin1String(setting.key), value);
    store->sync();
    judge(*store);
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
    writeAs(setting, value);
}

void write(const Setting<QString> &setting, const QString &value)
{
    writeAs(setting, value);
}

void write(const Setting<QStringList> &setting, const QStringList &value)
{
    writeAs(setting, value);
}

void write(const Setting<int> &setting, int value)
{
    writeAs(setting, value);
}

void write(const Setting<bool> &setting, bool value)
{
    writeAs(setting, value);
}

SettingsBatch::SettingsBatch()
    : m_store(opened())
{
    judge(*m_store);
    batched = m_store.get();
}

SettingsBatch::~SettingsBatch()
{
    batched = nullptr;
    m_store->sync();
    judge(*m_store);
}

void rememberRecent(const QString &path)
{
    QStringList paths = read(settings::recentPaths);
    paths.removeAll(path);
    paths.prepend(path);
    write(settings::recentPaths, paths.mid(0, recentCount));
}

} // namespace warmbench::ui
