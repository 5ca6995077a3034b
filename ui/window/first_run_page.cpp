#include "ui/window/first_run_page.h"

#include "ui/api_control.h"
#include "ui/playground/playground_layout.h"
#include "ui/shortcuts.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int cardWidth = 520;
constexpr int leastCardWidth = 380;
constexpr int recentShown = 5;

// The dashed frame that says "drop here".
class DropZone : public QWidget
{
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent *) override
    {
        const ThemeColours colours = themeColours();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setBrush(palette().brush(QPalette::Base));
        painter.setPen(QPen(colours.muted, 1.4, Qt::DashLine));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 12, 12);
        constexpr int side = 52;
        painter.drawPixmap((width() - side) / 2, 30,
                           iconPixmap(u"first-run-drop"_s, side, devicePixelRatioF(),
                                      palette().color(QPalette::Link)));
    }
};

} // namespace

FirstRunPage::FirstRunPage(ApiControl &api, QWidget *parent)
    : QWidget(parent)
    , m_api(api)
    , m_recentArea(new QWidget(this))
    , m_recent(new QVBoxLayout(m_recentArea))
{
    m_recent->setContentsMargins(0, 0, 0, 0);
    m_recent->setSpacing(2);
    auto *column = new QVBoxLayout;
    column->setSpacing(18);
    column->addStretch(2);
    column->addWidget(makeCard());
    column->addWidget(m_recentArea);
    column->addWidget(makeApiLine());
    column->addStretch(3);
    auto *inner = new QWidget;
    auto *layout = new QHBoxLayout(inner);
    layout->addStretch(1);
    auto *middle = new QWidget(inner);
    middle->setMaximumWidth(cardWidth);
    middle->setLayout(column);
    column->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(middle, 100); // up to the width of the card
    layout->addStretch(1);
    // A small window shows a part of many recent files.
    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(inner);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
    connect(&api, &ApiControl::changed, this, &FirstRunPage::showApi);
    setRecent({});
    setSampleAvailable(false);
    showApi();
}

QWidget *FirstRunPage::makeCard()
{
    auto *card = new DropZone(this);
    card->setMinimumWidth(leastCardWidth);
    card->setMaximumWidth(cardWidth);
    auto *title = headingLabel(card);
    title->setText(tr("Drop a model here"));
    title->setAlignment(Qt::AlignHCenter);
    auto *text = secondaryLabel(card);
    text->setText(
        tr("A file or a folder of them: ONNX, Caffe, TensorFlow,\nDarknet, Torch7 or OpenCV ML"));
    text->setWordWrap(true);
    text->setAlignment(Qt::AlignHCenter);
    auto *open = new QPushButton(icon(u"open"_s), tr("Open…"), card);
    open->setObjectName(u"firstRunOpen"_s);
    open->setToolTip(tipWithKeys(tr("Open a model file"), Shortcut::OpenModel));
    open->setDefault(true);
    m_sample = new QPushButton(icon(u"run"_s), tr("Try the sample"), card);
    m_sample->setObjectName(u"trySample"_s);
    m_sample->setToolTip(tr("Two small models that come with the program: digits and iris"));
    for (QPushButton *button : {open, m_sample})
        button->setMinimumSize(140, 34);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(12);
    buttons->addStretch(1);
    buttons->addWidget(open);
    buttons->addWidget(m_sample);
    buttons->addStretch(1);
    auto *layout = new QVBoxLayout(card);
    layout->setContentsMargins(28, 96, 28, 24);
    layout->setSpacing(8);
    layout->addWidget(title);
    layout->addWidget(text);
    layout->addSpacing(12);
    layout->addLayout(buttons);
    connect(open, &QPushButton::clicked, this, &FirstRunPage::openRequested);
    connect(m_sample, &QPushButton::clicked, this, &FirstRunPage::sampleRequested);
    return card;
}

QWidget *FirstRunPage::makeApiLine()
{
    auto *line = new QWidget(this);
    m_apiIcon = new QLabel(line);
    m_apiText = new QLabel(line);
    m_apiText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_apiText->setWordWrap(true);
    m_apiSwitch = new QPushButton(line);
    m_apiSwitch->setObjectName(u"firstRunApiSwitch"_s);
    auto *layout = new QHBoxLayout(line);
    layout->setContentsMargins(4, 0, 4, 0);
    layout->addWidget(m_apiIcon, 0);
    layout->addWidget(m_apiText, 1);
    layout->addWidget(m_apiSwitch, 0);
    connect(m_apiSwitch, &QPushButton::clicked, this, [this] {
        if (m_api.isRunning())
            m_api.stop();
        else
            m_api.start();
    });
    return line;
}

void FirstRunPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_apiIcon)
        showApi();
}

void FirstRunPage::showApi()
{
    const bool running = m_api.isRunning();
    m_apiIcon->setPixmap(iconPixmap(running ? u"api"_s : u"stop"_s, 18, devicePixelRatioF(),
                                    running ? themeColours().good : themeColours().muted));
    QString words = running ? tr("%1  running").arg(m_api.url()) : tr("The API is stopped");
    if (!m_api.statusText().isEmpty())
        words += u'\n' + m_api.statusText();
    m_apiText->setText(words);
    m_apiSwitch->setText(running ? tr("Stop") : tr("Start"));
    m_apiSwitch->setAccessibleName(running ? tr("Stop the API") : tr("Start the API"));
}

void FirstRunPage::setRecent(const QStringList &paths)
{
    while (QLayoutItem *item = m_recent->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_recentArea->setVisible(!paths.isEmpty());
    if (paths.isEmpty())
        return;
    m_recent->addWidget(paneTitle(tr("Recent"), m_recentArea));
    for (const QString &path : paths.mid(0, recentShown)) {
        auto *button = new QPushButton(m_recentArea);
        button->setFlat(true);
        button->setText(button->fontMetrics().elidedText(path, Qt::ElideMiddle, cardWidth - 40));
        button->setAccessibleName(tr("Open %1").arg(path));
        button->setToolTip(path);
        button->setStyleSheet(u"text-align: left; padding: 5px 4px;"_s);
        m_recent->addWidget(button);
        connect(button, &QPushButton::clicked, this,
                [this, path] { Q_EMIT recentRequested(path); });
    }
}

void FirstRunPage::setSampleAvailable(bool available)
{
    m_sample->setVisible(available);
}

} // namespace warmbench::ui
