// A tensor within the network for the present input: picture of its channels, histogram,
// statistics, saved as .npy. Errors are sentences in its place. Thread: GUI; the workbench computes
// the tensor, the background its picture. A newer wish, stop() or Cancel end what is under way.
#pragma once

#include "inference/workbench.h"
#include "ui/network/tensor_view.h"
#include "ui/widgets/message_overlay.h"

#include <functional>
#include <QWidget>
#include <stop_token>

class QBoxLayout;
class QLabel;
class QSpinBox;
class QStackedWidget;
class QToolButton;

namespace warmbench::ui {

class Background;
class CaptionLabel;
class HistogramView;
class PictureView;

// Gives what a run would send now, or says that there is no input.
using PresentDecoder = std::function<Result<InputDecoder>()>;

class TensorPane : public QWidget
{
    Q_OBJECT

public:
    TensorPane(Workbench &workbench, Background &background, PresentDecoder input,
               QWidget *parent = nullptr);
    ~TensorPane() override;

    void setModel(const QString &model); // and forgets the tensor
    void ask(const std::string &tensor);
    void stop();
    // What is shown may not be that of the present input any more.
    void setOutOfDate();

Q_SIGNALS:
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QWidget *makeTools();
    QWidget *makeContent();
    void showMessage(const QString &text);
    void cancel();
    void take(Result<InnerTensor> found, const std::stop_token &token);
    void showView(TensorView view);
    void showFacts();
    void showChannel(int channel);
    void save();

    Workbench &m_workbench;
    Background &m_background;
    PresentDecoder m_input;
    QString m_model;
    QString m_tensor;                         // its name, type and shape
    std::shared_ptr<const TensorView> m_view; // what is shown
    std::stop_source m_stop;
    quint64 m_picture = 0; // counts wishes for a channel's picture

    CaptionLabel *m_name;
    QSpinBox *m_channel;
    QToolButton *m_save;
    QToolButton *m_cancel;
    QStackedWidget *m_body;
    QLabel *m_message;
    QBoxLayout *m_sides;
    PictureView *m_image;
    QLabel *m_facts;
    HistogramView *m_histogram;
};

} // namespace warmbench::ui
