// A window over a real workbench with the built-in sample, for the tests of the window.
#pragma once

#include "fake_api.h"
#include "inference/workbench.h"
#include "ui/widgets/caption_label.h"
#include "ui/window/main_window.h"

#include <initializer_list>
#include <memory>
#include <QLabel>
#include <QObject>
#include <QTemporaryDir>
#include <QUrl>

class WindowFixture : public QObject
{
    Q_OBJECT

protected Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

protected:
    static constexpr int patience = 20'000; // milliseconds, on a machine that has other work

    void makeWindow();
    void openSample();
    // Of the samples: with them a model that answers otherwise would be refused.
    void dropGoldenAnswers() const;
    void runPicture(const char *name);
    QString sample(const char *name) const { return m_folder->filePath(QString::fromLatin1(name)); }
    template <typename T>
    T *part(const QString &name) const
    {
        return m_window->findChild<T *>(name);
    }
    QString message() const { return part<QLabel>(QStringLiteral("messageText"))->text(); }
    QString notice() const
    {
        return part<warmbench::ui::CaptionLabel>(QStringLiteral("notice"))->text();
    }
    QString outcome() const { return part<QLabel>(QStringLiteral("cacheOutcome"))->text(); }
    QString stateOf(const QString &model) const;
    void select(const QString &model);
    void drop(const QList<QUrl> &urls);
    QUrl written(const QString &name, const std::string &content) const;

    std::unique_ptr<QTemporaryDir> m_folder;
    warmbench::SystemClock m_clock;
    std::unique_ptr<warmbench::Workbench> m_workbench;
    std::unique_ptr<FakeApi> m_api;
    std::unique_ptr<warmbench::ui::MainWindow> m_window;
};
