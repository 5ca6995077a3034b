#include "ui/playground/numbers_form.h"

#include "ui/widgets/display_text.h"
#include "ui/widgets/theme.h"

#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::int64_t mostZeros = 20'000;

// Nested lists of zeros in the given shape; a free extent counts as 1.
QString zeros(std::span<const Dimension> shape)
{
    if (shape.empty())
        return u"0"_s;
    const std::int64_t extent = shape.front().free() ? 1 : shape.front().size;
    const QString inner = zeros(shape.subspan(1));
    QStringList items;
    items.reserve(static_cast<qsizetype>(extent));
    for (std::int64_t i = 0; i < extent; ++i)
        items << inner;
    return u'[' + items.join(u", "_s) + u']';
}

std::int64_t countOf(const TensorSpec &spec)
{
    std::int64_t count = 1;
    for (const Dimension &dimension : spec.shape) {
        if (dimension.size > mostZeros)
            return mostZeros + 1;
        count = std::min(mostZeros + 1, count * (dimension.free() ? 1 : dimension.size));
    }
    return count;
}

} // namespace

NumbersForm::NumbersForm(QWidget *parent)
    : QWidget(parent)
    , m_hint(new QLabel(this))
    , m_text(new QPlainTextEdit(this))
    , m_zeros(new QPushButton(tr("Fill with zeros"), this))
{
    m_hint->setWordWrap(true);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_text->setObjectName(u"numbers"_s);
    m_text->setAccessibleName(tr("Numbers as JSON or CSV"));
    m_text->setFont(codeFont());
    m_text->setPlaceholderText(u"{\"input\": [0.1, 0.2, …]}"_s);
    m_text->setTabChangesFocus(true);
    m_text->setMinimumHeight(48);
    m_text->setAcceptDrops(false); // the window takes dropped files
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(m_hint);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_zeros, 0, Qt::AlignLeft);
    connect(m_text, &QPlainTextEdit::textChanged, this, &NumbersForm::edited);
    connect(m_zeros, &QPushButton::clicked, this, &NumbersForm::fillWithZeros);
    setInputs({});
}

void NumbersForm::setInputs(const std::vector<TensorSpec> &inputs)
{
    m_inputs = inputs;
    QStringList lines;
    std::int64_t count = 0;
    for (const TensorSpec &input : inputs) {
        lines << tr("%1: %2 of shape %3")
                     .arg(text(input.name), text(dtypeName(input.dtype)),
                          text(shapeText(input.shape)));
        count += countOf(input);
    }
    m_hint->setText(lines.isEmpty() ? tr("Load the model to see what it takes.")
                                    : lines.join(u'\n'));
    m_zeros->setEnabled(!inputs.empty() && count <= mostZeros);
}

void NumbersForm::setBody(const QString &body)
{
    m_text->setPlainText(body);
}

QString NumbersForm::body() const
{
    return m_text->toPlainText().trimmed();
}

void NumbersForm::fillWithZeros()
{
    if (m_inputs.size() == 1) {
        const std::span<const Dimension> shape(m_inputs.front().shape);
        m_text->setPlainText(
            u"{\"input\": %1}"_s.arg(zeros(shape.empty() ? shape : shape.subspan(1))));
        return;
    }
    QStringList tensors;
    for (const TensorSpec &input : m_inputs)
        tensors << u"\"%1\": %2"_s.arg(text(input.name), zeros(input.shape));
    m_text->setPlainText(u"{\"tensors\": {%1}}"_s.arg(tensors.join(u", "_s)));
}

} // namespace warmbench::ui
