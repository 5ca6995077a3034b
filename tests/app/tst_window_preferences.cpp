// What the window has kept holds when the program starts again, and what is given for a run stands
// above it, wherever it is given.
#include "http_client.h"
#include "program.h"

#include <QDir>
#include <QFile>
#include <QTcpServer>
#include <QTest>

using namespace warmbench;
using namespace Qt::StringLiterals;

namespace {

std::uint16_t freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

QByteArray statisticsAt(std::uint16_t port)
{
    return QByteArray::fromStdString(HttpClient(port).exchange("GET", "/stats").body);
}

} // namespace

class TestWindowPreferences : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsGivenStandsAboveWhatIsKept_data();
    void whatIsGivenStandsAboveWhatIsKept();
};

void TestWindowPreferences::whatIsGivenStandsAboveWhatIsKept_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QStringList>("environment");
    QTest::addColumn<QByteArray>("budget");
    const QByteArray kept = "314572800"; // 300 MiB
    const QByteArray given = "209715200";
    QTest::newRow("kept") << QStringList() << QStringList() << kept;
    QTest::newRow("line") << QStringList{u"--memory-budget"_s, u"200MiB"_s} << QStringList()
                          << given;
    QTest::newRow("environment") << QStringList()
                                 << QStringList{u"WARMBENCH_MEMORY_BUDGET=200MiB"_s} << given;
}

void TestWindowPreferences::whatIsGivenStandsAboveWhatIsKept()
{
    QFETCH(QStringList, arguments);
    QFETCH(QStringList, environment);
    QFETCH(QByteArray, budget);
    const QTemporaryDir home;
    const std::uint16_t port = freePort();
    QVERIFY(QDir(home.path()).mkpath(u"warmbench"_s));
    QFile file(home.filePath(u"warmbench/window.ini"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[models]\nmemoryBudget=300MiB\n[api]\nport=" + QByteArray::number(port) + "\n");
    file.close();
    environment << u"QT_QPA_PLATFORM=offscreen"_s << u"HOME="_s + home.path()
                << u"XDG_CONFIG_HOME="_s + home.path();
    const Program program(arguments, environment);
    QTRY_VERIFY_WITH_TIMEOUT(HttpClient(port).connected(), 20'000);
    const QByteArray statistics = statisticsAt(port);
    QVERIFY2(statistics.contains("\"budget_bytes\":" + budget) ||
                 statistics.contains("\"budget_bytes\": " + budget),
             statistics.constData());
}

QTEST_GUILESS_MAIN(TestWindowPreferences)
#include "tst_window_preferences.moc"
