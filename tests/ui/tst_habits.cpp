// What the window keeps when the program does not end as it should, and when its settings file is
// bad.
#include "base/logging.h"
#include "ui/settings.h"
#include "window_fixture.h"

#include <mutex>
#include <QAction>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QSettings>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr const char *folderOfTheKilled = "WARMBENCH_TEST_KILLED";

QString settingsFile()
{
    return QSettings(QSettings::IniFormat, QSettings::UserScope, u"warmbench"_s, u"window"_s)
        .fileName();
}

void useSettingsIn(const QString &folder)
{
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder);
}

class Warnings
{
public:
    QStringList about(const QString &word) const
    {
        const std::scoped_lock lock(m_mutex);
        return m_heard.filter(word);
    }

private:
    mutable std::mutex m_mutex;
    QStringList m_heard;
    LogListener m_listener{[this](const LogRecord &record) {
        const std::scoped_lock lock(m_mutex);
        if (record.level == LogLevel::Warning)
            m_heard << QString::fromStdString(record.message);
    }};
};

// A program with a window that opens a model and the log, and then waits to be killed.
int beKilled(const QString &folder)
{
    setLogToStandardError(false);
    useSettingsIn(folder);
    const SystemClock clock;
    Workbench workbench(WorkbenchOptions{}, clock);
    FakeApi api;
    ui::MainWindow window(workbench, api);
    window.show();
    window.openPaths({folder + u"/iris.onnx"_s});
    auto *log = window.findChild<QAction *>(u"showLog"_s);
    log->trigger();
    return QApplication::exec();
}

} // namespace

class TestHabits : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void aKilledProgramLosesNothing();
    void aSessionThatIsBeingRestoredIsKept();
    void modelsNamedAtTheStartAreNoSession();
    void unsavedChangesComeBackWithTheModel();
    void changesThatNoLongerFitAreNamedAndForgotten();
    void aDamagedFileGivesDefaultsAndOneWarning();
    void aFolderThatCannotBeWrittenGivesOneWarning();
    void aBatchReachesTheDisk();
};

void TestHabits::aKilledProgramLosesNothing()
{
    const QString folder = m_folder->path();
    useSettingsIn(folder);
    QProcess killed;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QString::fromLatin1(folderOfTheKilled), folder);
    killed.setProcessEnvironment(environment);
    killed.start(QApplication::applicationFilePath(), QStringList());
    QVERIFY(killed.waitForStarted(patience));
    QTRY_COMPARE_WITH_TIMEOUT(ui::read(ui::settings::sessionModel), u"iris"_s, patience);
    QTRY_COMPARE_WITH_TIMEOUT(ui::read(ui::settings::drawer), u"log"_s, patience);
    killed.kill();
    QVERIFY(killed.waitForFinished(patience));
    QCOMPARE(killed.exitStatus(), QProcess::CrashExit);
    QCOMPARE(ui::read(ui::settings::sessionPaths), QStringList{folder + u"/iris.onnx"_s});
    QCOMPARE(ui::read(ui::settings::recentPaths), QStringList{folder + u"/iris.onnx"_s});

    makeWindow();
    QVERIFY(part<QAction>(u"showLog"_s)->isChecked());
    m_window->restoreSession();
    QTRY_COMPARE_WITH_TIMEOUT(part<QLabel>(u"modelName"_s)->text(), u"iris"_s, patience);
}

void TestHabits::aSessionThatIsBeingRestoredIsKept()
{
    const QStringList paths{sample("iris.onnx")};
    ui::write(ui::settings::sessionPaths, paths);
    m_window->restoreSession();
    m_window->close(); // before the models are open
    QCOMPARE(ui::read(ui::settings::sessionPaths), paths);
}

void TestHabits::modelsNamedAtTheStartAreNoSession()
{
    const QStringList paths{u"/models/of_yesterday.onnx"_s};
    ui::write(ui::settings::sessionPaths, paths);
    m_window->leaveSession();
    openSample();
    m_window->close();
    QCOMPARE(ui::read(ui::settings::sessionPaths), paths);
}

void TestHabits::unsavedChangesComeBackWithTheModel()
{
    const auto mean = [this] {
        const auto view = m_workbench->model({"digits", {}});
        return view && view->status.facts &&
                       view->status.facts->input.origins.at("mean") == Origin::User
                   ? view->status.facts->input.preprocessing.mean
                   : std::vector<double>();
    };
    openSample();
    QTRY_VERIFY_WITH_TIMEOUT(stateOf(u"digits"_s).contains(u"oaded"_s), patience);
    m_workbench->edit({"digits", {}}, R"({"input": {"mean": [0.5]}})", [](const auto &) {});
    QTRY_VERIFY_WITH_TIMEOUT(ui::read(ui::settings::unsavedChanges).contains("mean"), patience);

    m_window.reset();
    m_workbench = std::make_unique<Workbench>(WorkbenchOptions{}, m_clock);
    makeWindow();
    openSample();
    QTRY_COMPARE_WITH_TIMEOUT(mean(), std::vector<double>{0.5}, patience);
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains(u"not saved"_s), qPrintable(message()), patience);
    QTRY_VERIFY_WITH_TIMEOUT(part<QAction>(u"saveSettings"_s)->isEnabled(), patience);
    part<QAction>(u"discardSettings"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(ui::read(ui::settings::unsavedChanges), QByteArray("{}"), patience);
}

void TestHabits::changesThatNoLongerFitAreNamedAndForgotten()
{
    ui::write(ui::settings::unsavedChanges,
              R"({":sample/digits.onnx": {"input": {"channels": "rgb"}}})");
    makeWindow();
    openSample();
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains(u"no longer fit"_s), qPrintable(message()),
                              patience);
    QCOMPARE(ui::read(ui::settings::unsavedChanges), QByteArray("{}"));
}

void TestHabits::aDamagedFileGivesDefaultsAndOneWarning()
{
    const Warnings warnings;
    useSettingsIn(m_folder->filePath(u"damaged"_s));
    const QString path = settingsFile();
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[window\ndrawer\xff\x00@Variant(\0\0\n[[[theme\ntheme=@Variant(\\0\\0\\x7f)\n", 55);
    file.close();
    makeWindow();
    QVERIFY(part<QAction>(u"showMonitor"_s)->isChecked());
    QCOMPARE(ui::read(ui::settings::theme), u"system"_s);
    QCOMPARE(warnings.about(path).size(), 1);
    // What is written from here on is kept.
    part<QAction>(u"showRequests"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(ui::read(ui::settings::drawer), u"requests"_s, patience);
    QCOMPARE(warnings.about(path).size(), 1);
}

void TestHabits::aFolderThatCannotBeWrittenGivesOneWarning()
{
    const Warnings warnings;
    QFile inTheWay(m_folder->filePath(u"file"_s)); // holds for the superuser, too
    QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    useSettingsIn(inTheWay.fileName());
    ui::write(ui::settings::theme, u"dark"_s);
    ui::write(ui::settings::monitorSpanSeconds, 300);
    QCOMPARE(warnings.about(inTheWay.fileName()).size(), 1);
    makeWindow();
    m_window->close();
    QCOMPARE(warnings.about(inTheWay.fileName()).size(), 1);
}

void TestHabits::aBatchReachesTheDisk()
{
    m_window.reset(); // it writes by itself
    useSettingsIn(m_folder->filePath(u"batch"_s));
    const QString path = settingsFile(); // asking later would write what waits
    {
        const ui::SettingsBatch together;
        ui::write(ui::settings::monitorSpanSeconds, 900);
        QCOMPARE(ui::read(ui::settings::monitorSpanSeconds), 900);
        QVERIFY(!QFile::exists(path));
    }
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().contains("spanSeconds=900"));
}

int main(int count, char **arguments)
{
    QApplication application(count, arguments);
    if (const QString folder = qEnvironmentVariable(folderOfTheKilled); !folder.isEmpty())
        return beKilled(folder);
    TestHabits test;
    return QTest::qExec(&test, count, arguments);
}

#include "tst_habits.moc"
