// The page of a network's inside, shown alone over a real workbench, for its tests.
#pragma once

#include "inference/workbench.h"
#include "onnx_builder.h"
#include "ui/background.h"
#include "ui/network/network_page.h"

#include <algorithm>
#include <ctime>
#include <memory>
#include <QObject>
#include <QTemporaryDir>
#include <QTimer>
#include <QTreeView>
#include <QTreeWidget>
#include <vector>

// Seconds of the processor that this thread has taken: other work on the machine does not count.
inline double workedSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// The longest that the GUI thread worked between two turns of the event loop.
class Heartbeat
{
public:
    Heartbeat()
    {
        QObject::connect(&m_timer, &QTimer::timeout, [this] { beat(); });
        m_timer.start(0);
        m_last = workedSeconds();
    }
    void beat()
    {
        const double now = workedSeconds();
        m_longest = std::max(m_longest, now - m_last);
        m_last = now;
    }
    double longest() const { return m_longest; }

private:
    QTimer m_timer;
    double m_last = 0;
    double m_longest = 0;
};

class NetworkFixture : public QObject
{
    Q_OBJECT

protected Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

protected:
    static constexpr int patience = 20'000;     // milliseconds, on a machine that has other work
    static constexpr double longestHold = 0.05; // seconds

    // y = 2 * softmax(x + w); w is 1, -10
    std::filesystem::path smallNetwork(const char *name = "net.onnx") const;
    // A chain of `count` nodes whose operators seldom repeat in step.
    std::filesystem::path longNetwork(int count) const;
    template <typename T>
    T *part(const QString &name) const
    {
        return m_page->findChild<T *>(name);
    }
    void open(const std::filesystem::path &file);
    void show(const QString &model); // selects it and waits for its nodes
    QTreeView *tree() const { return part<QTreeView>(QStringLiteral("nodeTree")); }
    QStringList column(int column) const;
    void selectNode(int row);
    QTreeWidgetItem *detail(const QString &group, const QString &name) const;
    QString told(const QString &group, const QString &name) const
    {
        const QTreeWidgetItem *item = detail(group, name);
        return item ? item->text(1) : QStringLiteral("(none)");
    }
    QString childText(QTreeWidgetItem *item, const QString &name) const;
    void picture(const char *name) const;
    void askFor(const QString &group, const QString &tensor); // of the selected node
    void giveInput(std::vector<float> numbers);

    std::unique_ptr<QTemporaryDir> m_folder;
    warmbench::SystemClock m_clock;
    std::unique_ptr<warmbench::Workbench> m_workbench;
    std::unique_ptr<warmbench::ui::WorkbenchFeed> m_feed;
    warmbench::Result<warmbench::InputDecoder> m_input =
        warmbench::notFound("There is no input yet.");
    QByteArray m_path = qgetenv("PATH");
    std::unique_ptr<warmbench::ui::Background> m_background;
    std::unique_ptr<warmbench::ui::NetworkPage> m_page;
};
