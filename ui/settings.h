// What the window remembers, as one typed table: key, default, check. No other file uses QSettings.
// Thread: GUI. The values are in an INI file in the user's folder; tests set another folder with
// QSettings::setPath. A value is on the disk when write() returns. Errors: a file that cannot be
// read or written gives one warning in the log, and values that cannot be read are the defaults.
#pragma once

#include <memory>
#include <QByteArray>
#include <QString>
#include <QStringList>

class QSettings;

namespace warmbench::ui {

template <typename T>
struct Setting
{
    const char *key;
    T fallback;
    bool (*accepts)(const T &) = nullptr; // a stored value that is not accepted gives the fallback
};

namespace settings {
extern const Setting<QByteArray> windowGeometry;
extern const Setting<QByteArray> columns; // of splitters
extern const Setting<QByteArray> rows;
extern const Setting<QByteArray> facts;
extern const Setting<bool> modelsShown;
extern const Setting<bool> factsShown;
extern const Setting<QString> drawer; // "monitor", "requests", "log", "none"
extern const Setting<int> layoutVersion;
extern const Setting<QString> theme;        // "system", "light", "dark"
extern const Setting<int> textSize;         // percent of the desktop's
extern const Setting<QString> memoryBudget; // "2GiB"; empty: the program's default
extern const Setting<QString> keepAlive;    // "30m", "-1"; empty: the program's default
extern const Setting<int> apiPort;          // 0: the program's default
extern const Setting<QStringList> recentPaths;
extern const Setting<QString> lastFolder;
extern const Setting<QStringList> sessionPaths; // what was open when the window closed
extern const Setting<QString> sessionModel;
extern const Setting<QString> sessionInput;
extern const Setting<int> sessionPage;
extern const Setting<QByteArray> unsavedChanges; // of models' settings, as JSON by file
extern const Setting<int> monitorSpanSeconds;
extern const Setting<int> logLevel; // a LogLevel
} // namespace settings

QByteArray read(const Setting<QByteArray> &setting);
QString read(const Setting<QString> &setting);
QStringList read(const Setting<QStringList> &setting);
int read(const Setting<int> &setting);
bool read(const Setting<bool> &setting);
void write(const Setting<QByteArray> &setting, const QByteArray &value);
void write(const Setting<QString> &setting, const QString &value);
void write(const Setting<QStringList> &setting, const QStringList &value);
void write(const Setting<int> &setting, int value);
void write(const Setting<bool> &setting, bool value);

// What is written while one of these lives reaches the disk at its end, in one go: each time costs
// a flush of the disk. One object at a time.
class SettingsBatch
{
public:
    SettingsBatch();
    ~SettingsBatch();
    SettingsBatch(const SettingsBatch &) = delete;
    SettingsBatch &operator=(const SettingsBatch &) = delete;

private:
    std::unique_ptr<QSettings> m_store;
};

// Puts `path` first and keeps the ten newest.
void rememberRecent(const QString &path);

} // namespace warmbench::ui
