// Works in the real program as a hand would: Qt loads it where QT_QPA_GENERIC_PLUGINS names it. It
// compares the model "slow" with itself over the folder CLOSING_FOLDER, and closes the window when
// CLOSING_ROWS rows have come and more are to come. It says so on standard error, with how many.
// Thread: GUI.
#include <cstdio>
#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QFileDialog>
#include <QGenericPlugin>
#include <QPushButton>
#include <QTabWidget>
#include <QTimer>

using namespace Qt::StringLiterals;

class ClosingHand : public QObject
{
    Q_OBJECT

public:
    ClosingHand()
    {
        connect(&m_timer, &QTimer::timeout, this, &ClosingHand::look);
        m_timer.start(5);
    }

private:
    void look()
    {
        for (QWidget *each : QApplication::topLevelWidgets())
            if (auto *pages = each->findChild<QTabWidget *>(u"pages"_s))
                work(*each, *pages);
    }

    void work(QWidget &window, QTabWidget &pages)
    {
        auto *first = window.findChild<QComboBox *>(u"modelA"_s);
        auto *second = window.findChild<QComboBox *>(u"modelB"_s);
        if (!m_began && first->findText(u"slow"_s) >= 0) {
            pages.setCurrentIndex(2);
            first->setCurrentIndex(first->findText(u"slow"_s));
            second->setCurrentIndex(second->findText(u"slow"_s));
            window.findChild<QComboBox *>(u"inputKind"_s)->setCurrentText(u"Folder"_s);
            window.findChild<QPushButton *>(u"chooseInputs"_s)->click();
            auto *dialog = window.findChild<QFileDialog *>();
            Q_EMIT dialog->filesSelected({qEnvironmentVariable("CLOSING_FOLDER")});
            dialog->reject();
            window.findChild<QAction *>(u"compare"_s)->trigger();
            m_began = true;
        }
        if (!m_began || !window.findChild<QAction *>(u"cancelComparison"_s)->isEnabled())
            return;
        const int rows =
            window.findChild<QAbstractItemView *>(u"comparedInputs"_s)->model()->rowCount();
        if (rows < qEnvironmentVariableIntValue("CLOSING_ROWS"))
            return;
        m_timer.stop();
        std::fprintf(stderr, "closing after %d rows\n", rows);
        std::fflush(stderr);
        window.close();
    }

    QTimer m_timer;
    bool m_began = false;
};

class ClosingPlugin : public QGenericPlugin
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID QGenericPluginFactoryInterface_iid FILE "closing_plugin.json")

public:
    QObject *create(const QString &, const QString &) override { return new ClosingHand; }
};

#include "closing_plugin.moc"
