#include "ui/network/tensor_pane.h"

#include "base/text.h"
#include "tensor/npy.h"
#include "ui/background.h"
#include "ui/gui_hop.h"
#include "ui/network/histogram_view.h"
#include "ui/network/page_parts.h"
#include "ui/save_file.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/picture_view.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int digits = 5; // of statistics

QString fileNameFor(const std::string &tensor)
{
    QString name;
    for (const char letter : tensor.substr(0, 80)) {
        const bool plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                           (letter >= 'A' && letter <= 'Z') || letter == '-' || letter == '_';
        name += plain ? QLatin1Char(letter) : QLatin1Char('_');
    }
    return (name.isEmpty() ? u"tensor"_s : name) + u".npy"_s;
}

} // namespace

TensorPane::TensorPane(Workbench &workbench, Background &background, PresentDecoder input,
                       QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_background(background)
    , m_input(std::move(input))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(makeTools()); // first: it is the first for Tab
    m_body = new QStackedWidget(this);
    m_message = sentenceLabel(u"tensorMessage"_s, m_body);
    layout->addWidget(m_body, 1);
    m_body->addWidget(m_message);
    m_body->addWidget(makeContent());
    setModel({});
}

TensorPane::~TensorPane()
{
    m_stop.request_stop();
}

QWidget *TensorPane::makeTools()
{
    auto *tools = new QWidget(this);
    m_name = new CaptionLabel(tools);
    m_name->setObjectName(u"tensorName"_s);
    m_channel = new QSpinBox(tools);
    m_channel->setObjectName(u"tensorChannel"_s);
    m_channel->setAccessibleName(tr("Channel"));
    m_channel->setPrefix(tr("Channel "));
    m_channel->setSpecialValueText(tr("All channels"));
    m_channel->setRange(-1, -1);
    m_channel->setEnabled(false);
    m_save =
        flatButton(u"saveTensor"_s, u"save"_s, tr("Save…"), tr("Save the tensor as .npy"), tools);
    m_cancel = flatButton(u"cancelTensor"_s, u"stop"_s, tr("Cancel"),
                          tr("Give up the tensor under way"), tools);
    auto *layout = new QHBoxLayout(tools);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_name, 1);
    layout->addWidget(m_channel);
    layout->addWidget(m_save);
    layout->addWidget(m_cancel);
    connect(m_channel, &QSpinBox::valueChanged, this, &TensorPane::showChannel);
    connect(m_save, &QToolButton::clicked, this, &TensorPane::save);
    connect(m_cancel, &QToolButton::clicked, this, &TensorPane::cancel);
    return tools;
}

QWidget *TensorPane::makeContent()
{
    auto *content = new QWidget(this);
    m_image = new PictureView(content);
    m_image->setObjectName(u"tensorPicture"_s);
    m_image->setAccessibleName(tr("Picture of the tensor"));
    m_facts = new QLabel(content);
    m_facts->setObjectName(u"tensorFacts"_s);
    m_facts->setTextFormat(Qt::RichText);
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_facts->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_histogram = new HistogramView(content);
    auto *numbers = new QWidget(content);
    auto *column = new QVBoxLayout(numbers);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_facts);
    column->addWidget(m_histogram, 1);
    auto *scrolled = new QScrollArea(content);
    scrolled->setFrameShape(QFrame::NoFrame);
    scrolled->setWidgetResizable(true);
    scrolled->setAccessibleName(tr("Statistics"));
    scrolled->setWidget(numbers);
    m_sides = new QBoxLayout(QBoxLayout::LeftToRight, content);
    m_sides->setContentsMargins(0, 0, 0, 0);
    m_sides->setSpacing(12);
    m_sides->addWidget(m_image, 1);
    m_sides->addWidget(scrolled, 1);
    return content;
}

void TensorPane::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    m_sides->setDirection(width() > height() ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void TensorPane::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && m_cancel->isEnabled())
        return cancel();
    QWidget::keyPressEvent(event);
}

void TensorPane::setModel(const QString &model)
{
    stop();
    m_model = model;
    m_view.reset();
    m_name->setUrgent(false);
    m_name->setText({});
    setFaint(m_body, false);
    m_save->setEnabled(false);
    m_channel->setEnabled(false);
    showMessage(tr("Click a tensor of a node, or press Enter on it, to see its values for the "
                   "present input."));
}

void TensorPane::showMessage(const QString &text)
{
    m_message->setText(text);
    m_body->setCurrentIndex(0);
}

void TensorPane::stop()
{
    m_stop.request_stop();
    if (m_cancel->isEnabled())
        showMessage(tr("The tensor was given up: click it again to compute it."));
    m_cancel->setEnabled(false);
}

void TensorPane::cancel()
{
    stop();
}

void TensorPane::ask(const std::string &tensor)
{
    stop();
    m_view.reset();
    m_save->setEnabled(false);
    m_channel->setEnabled(false);
    m_name->setUrgent(false);
    m_tensor = text(printable(tensor, 400));
    m_name->setText(m_tensor);
    setFaint(m_body, false);
    auto decode = m_input();
    if (!decode)
        return showMessage(text(decode.error().message));
    m_stop = std::stop_source();
    m_cancel->setEnabled(true);
    showMessage(tr("Computing…"));
    InnerTensorRequest request;
    request.model = {m_model.toStdString(), {}};
    request.tensor = tensor;
    request.decode = *std::move(decode);
    request.cancellation = m_stop.get_token();
    m_workbench.innerTensor(std::move(request), onGui(this, [this, token = m_stop.get_token()](
                                                                Result<InnerTensor> &&found) {
                                take(std::move(found), token);
                            }));
}

void TensorPane::take(Result<InnerTensor> found, const std::stop_token &token)
{
    if (token.stop_requested())
        return;
    if (!found) {
        m_cancel->setEnabled(false);
        return showMessage(text(found.error().message));
    }
    m_background.run(
        this,
        [tensor = std::make_shared<const InnerTensor>(*std::move(found))] {
            return viewOf(tensor);
        },
        [this, token](TensorView &&view) {
            if (!token.stop_requested())
                showView(std::move(view));
        });
}

void TensorPane::showView(TensorView view)
{
    m_cancel->setEnabled(false);
    m_save->setEnabled(true);
    m_view = std::make_shared<const TensorView>(std::move(view));
    const QSignalBlocker quiet(m_channel);
    m_channel->setRange(-1, static_cast<int>(m_view->planes.channels) - 1);
    m_channel->setValue(-1);
    m_channel->setEnabled(m_view->planes.channels > 1);
    m_image->setPicture(m_view->picture, m_view->picture.size());
    m_histogram->setBins(m_view->bins, m_view->low, m_view->high);
    showFacts();
    m_body->setCurrentIndex(1);
}

void TensorPane::showFacts()
{
    const Tensor &tensor = m_view->tensor->tensor.tensor;
    m_tensor = u"%1 · %2 %3"_s.arg(m_tensor, text(dtypeName(tensor.dtype())),
                                   text(shapeText(std::span<const std::int64_t>(tensor.shape()))));
    m_name->setText(m_tensor);
    QString rows;
    int cells = 0; // two facts a line
    const auto add = [&](const QString &name, const QString &value) {
        rows += cells++ % 2 == 0 ? u"<tr>"_s : QString();
        rows += u"<td>%1&nbsp;&nbsp;</td><td>%2&nbsp;&nbsp;&nbsp;</td>"_s.arg(
            name.toHtmlEscaped(), value.toHtmlEscaped());
        rows += cells % 2 == 0 ? u"</tr>"_s : QString();
    };
    if (const auto &values = m_view->values) {
        add(tr("Min"), numberText(values->min, digits));
        add(tr("Max"), numberText(values->max, digits));
        add(tr("Mean"), numberText(values->mean, digits));
        add(tr("Std"), numberText(values->deviation, digits));
        add(tr("Zeros"), grouped(values->zeros));
        add(tr("NaN"), grouped(values->nans));
        if (values->infinities > 0)
            add(tr("Infinite"), grouped(values->infinities));
    }
    if (m_view->planes.channels > mostChannels)
        add(tr("Picture"),
            tr("the first %1 of %2 channels").arg(mostChannels).arg(m_view->planes.channels));
    m_facts->setText(u"<table>%1</table>"_s.arg(cells % 2 == 0 ? rows : rows + u"</tr>"_s));
}

void TensorPane::showChannel(int channel)
{
    if (!m_view)
        return;
    m_background.run(
        this, [view = m_view, channel] { return channelsImage(*view, channel); },
        [this, wish = ++m_picture, view = m_view](const QImage &image) {
            if (wish == m_picture && view == m_view)
                m_image->setPicture(image, image.size());
        });
}

void TensorPane::setOutOfDate()
{
    if (!m_view)
        return;
    setFaint(m_body, true);
    m_name->setUrgent(true);
    m_name->setText(tr("The model has run since: ask again for %1.").arg(m_tensor));
}

void TensorPane::save()
{
    if (!m_view)
        return;
    const auto tensor = m_view->tensor;
    saveFile(
        this, m_background,
        {tr("Save the tensor"), fileNameFor(tensor->tensor.name), {tr("NumPy (*.npy)")}},
        [tensor](const QString &) -> Result<std::string> {
            return writeNpy(tensor->tensor.tensor);
        },
        [this](MessageOverlay::Kind kind, const QString &text) { Q_EMIT said(kind, text); });
}

} // namespace warmbench::ui
