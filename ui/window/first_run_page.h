// The page in the middle while no model is known: a drop zone, Open, the sample, recent files, and
// a line about the API. Thread: GUI.
#pragma once

#include <QList>
#include <QWidget>

class QAction;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace warmbench::ui {

class ApiControl;

class FirstRunPage : public QWidget
{
    Q_OBJECT

public:
    FirstRunPage(ApiControl &api, QWidget *parent = nullptr);

    void setRecent(const QStringList &paths);
    void setSampleAvailable(bool available);

Q_SIGNALS:
    void openRequested();
    void sampleRequested();
    void recentRequested(const QString &path);

protected:
    void changeEvent(QEvent *event) override;

private:
    QWidget *makeCard();
    QWidget *makeApiLine();
    void showApi();

    ApiControl &m_api;
    QPushButton *m_sample;
    QWidget *m_recentArea;
    QVBoxLayout *m_recent;
    QLabel *m_apiIcon = nullptr;
    QLabel *m_apiText;
    QPushButton *m_apiSwitch;
};

} // namespace warmbench::ui
