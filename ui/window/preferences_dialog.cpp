#include "ui/window/preferences_dialog.h"

#include "ui/widgets/caption_label.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <QAbstractItemView>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QEvent>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStyle>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int noteLines = 2;
constexpr int captionShare = 1; // of the width
constexpr int fieldShare = 2;

// A note of some words whose height does not depend on them, so that nothing moves.
class Note : public QLabel
{
public:
    explicit Note(QWidget *parent)
        : QLabel(parent)
    {
        setWordWrap(true);
        setAlignment(Qt::AlignLeft | Qt::AlignTop);
        setTextFormat(Qt::PlainText);
    }
    QSize sizeHint() const override
    {
        return {fontMetrics().averageCharWidth() * 30, fontMetrics().lineSpacing() * noteLines + 2};
    }
    QSize minimumSizeHint() const override { return sizeHint(); }
    bool hasHeightForWidth() const override { return false; }
};

QLabel *caption(const QString &text, QWidget *field, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setBuddy(field);
    field->setAccessibleName(QString(text).remove(u'&'));
    return label;
}

void addLine(QVBoxLayout *rows, QLabel *label, QWidget *field)
{
    auto *line = new QHBoxLayout;
    line->addWidget(label, captionShare);
    line->addWidget(field, fieldShare);
    rows->addLayout(line);
}

void addUnder(QVBoxLayout *rows, QWidget *note)
{
    auto *line = new QHBoxLayout;
    line->addStretch(captionShare);
    line->addWidget(note, fieldShare);
    rows->addLayout(line);
}

} // namespace

PreferencesDialog::PreferencesDialog(Preferences &preferences, QWidget *parent)
    : QDialog(parent)
    , m_preferences(preferences)
{
    setObjectName(u"preferencesDialog"_s);
    setWindowTitle(tr("Preferences"));
    auto *page = new QWidget;
    auto *rows = new QVBoxLayout(page);
    rows->setContentsMargins(24, 14, 24, 10);
    rows->setSpacing(4);
    rows->addWidget(paneTitle(tr("Memory"), page));
    addRow(rows, Preference::Budget, u"budgetField"_s, tr("&Budget of the models"),
           tr("The most that loaded models take together, such as 2GiB."));
    addRow(rows, Preference::KeepAlive, u"keepAliveField"_s, tr("&Unload when idle for"),
           tr("Such as 30m, or never. What a model's own settings say stands above it."));
    rows->addWidget(paneTitle(tr("API"), page));
    addRow(rows, Preference::Port, u"portField"_s, tr("&Port"),
           tr("Requests under way end on the old port."));
    rows->addWidget(paneTitle(tr("Window"), page));
    addLook(rows);
    rows->addStretch(1);

    auto *scroll = new QScrollArea(this);
    scroll->setWidget(page);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *buttons = new QDialogButtonBox(this);
    QPushButton *restore = buttons->addButton(tr("Restore defaults"), QDialogButtonBox::ResetRole);
    restore->setObjectName(u"restoreDefaults"_s);
    QPushButton *close = buttons->addButton(QDialogButtonBox::Close);
    for (QPushButton *button : {restore, close}) {
        // Return applies the field that has the focus and closes nothing.
        button->setAutoDefault(false);
        button->setDefault(false);
    }
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 12);
    layout->addWidget(scroll, 1);
    auto *padded = new QVBoxLayout;
    padded->setContentsMargins(24, 0, 24, 0);
    padded->addWidget(buttons);
    layout->addLayout(padded);
    connect(restore, &QPushButton::clicked, this, &PreferencesDialog::restoreDefaults);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(&preferences, &Preferences::changed, this, &PreferencesDialog::showValues);
    showValues();
    for (const Row &row : m_rows)
        showNote(row, static_cast<Preference>(&row - m_rows.data()));
    QWidget *first = m_textSize;
    for (std::size_t i = preferenceCount; i-- > 0;)
        first = m_rows.at(i).field->isEnabled() ? m_rows.at(i).field : first;
    first->setFocus();
    page->ensurePolished();
    resize(620, std::min(page->sizeHint().height() + buttons->sizeHint().height() + 30,
                         parent ? parent->height() - 40 : 560));
}

void PreferencesDialog::addRow(QVBoxLayout *rows, Preference preference, const QString &name,
                               const QString &title, const QString &hint)
{
    Row &row = m_rows.at(static_cast<std::size_t>(preference));
    row.field = new QLineEdit(this);
    row.field->setObjectName(name);
    row.note = new Note(this);
    row.note->setObjectName(name + u"Note"_s);
    row.hint = hint;
    row.field->setEnabled(m_preferences.given(preference).isEmpty());
    addLine(rows, caption(title, row.field, this), row.field);
    addUnder(rows, row.note);
    connect(row.field, &QLineEdit::editingFinished, this,
            [this, preference] { apply(preference); });
}

void PreferencesDialog::addLook(QVBoxLayout *rows)
{
    m_theme = new QComboBox(this);
    m_theme->setObjectName(u"themeField"_s);
    m_theme->addItem(tr("Follow the system"), QVariant::fromValue(int(Theme::System)));
    m_theme->addItem(tr("Light"), QVariant::fromValue(int(Theme::Light)));
    m_theme->addItem(tr("Dark"), QVariant::fromValue(int(Theme::Dark)));
    addLine(rows, caption(tr("&Theme"), m_theme, this), m_theme);
    m_theme->view()->setAccessibleName(m_theme->accessibleName());
    rows->addSpacing(6);
    m_textSize = new QSpinBox(this);
    m_textSize->setObjectName(u"textSizeField"_s);
    m_textSize->setRange(80, 200);
    m_textSize->setSingleStep(10);
    m_textSize->setSuffix(tr(" %"));
    m_textSize->setKeyboardTracking(false);
    addLine(rows, caption(tr("Te&xt size"), m_textSize, this), m_textSize);
    connect(m_theme, &QComboBox::activated, this,
            [this] { m_preferences.setTheme(static_cast<Theme>(m_theme->currentData().toInt())); });
    connect(m_textSize, &QSpinBox::valueChanged, &m_preferences, &Preferences::setTextSize);
}

void PreferencesDialog::apply(Preference preference)
{
    Row &row = m_rows.at(static_cast<std::size_t>(preference));
    if (!row.field->isModified())
        return;
    row.field->setModified(false); // a field that is left after Return is not applied again
    show(row, preference, m_preferences.set(preference, row.field->text()));
}

void PreferencesDialog::restoreDefaults()
{
    for (std::size_t i = 0; i < preferenceCount; ++i) {
        const auto preference = static_cast<Preference>(i);
        show(m_rows.at(i), preference, m_preferences.restoreDefault(preference));
    }
    m_preferences.setTheme(Theme::System);
    m_preferences.setTextSize(100);
}

// What was refused stays in its field, so that it can be mended.
void PreferencesDialog::show(Row &row, Preference preference, const Result<void> &done)
{
    row.error = done ? QString() : text(done.error().message);
    if (done)
        row.field->setText(m_preferences.value(preference));
    showNote(row, preference);
}

void PreferencesDialog::showNote(const Row &row, Preference preference)
{
    const QString given = m_preferences.given(preference);
    QPalette palette = QGuiApplication::palette();
    palette.setColor(QPalette::WindowText,
                     row.error.isEmpty() ? themeColours().muted : themeColours().bad);
    row.note->setPalette(palette);
    row.note->setText(!row.error.isEmpty() ? u"⚠ "_s + row.error
                      : given.isEmpty()    ? row.hint
                                           : tr("Given %1").arg(given));
    row.note->setToolTip(row.error);
    row.field->setAccessibleDescription(row.note->text());
}

void PreferencesDialog::showValues()
{
    for (std::size_t i = 0; i < preferenceCount; ++i) {
        Row &row = m_rows.at(i);
        if (!row.field->isModified() && row.error.isEmpty())
            row.field->setText(m_preferences.value(static_cast<Preference>(i)));
    }
    m_theme->setCurrentIndex(m_theme->findData(int(m_preferences.theme())));
    m_textSize->setValue(m_preferences.textSize());
}

void PreferencesDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_textSize)
        for (std::size_t i = 0; i < preferenceCount; ++i)
            showNote(m_rows.at(i), static_cast<Preference>(i));
}

} // namespace warmbench::ui
