// Stands in the place of the input while a model cannot be loaded: why, and what to do. Thread:
// GUI.
#pragma once

#include <QWidget>

class QLabel;

namespace warmbench::ui {

class FailedPage : public QWidget
{
    Q_OBJECT

public:
    explicit FailedPage(QWidget *parent = nullptr);

    void setFailure(const QString &model, const QString &reason);

Q_SIGNALS:
    void retried();

protected:
    void changeEvent(QEvent *event) override;

private:
    void dress();

    QLabel *m_icon;
    QLabel *m_title;
    QLabel *m_reason;
};

} // namespace warmbench::ui
