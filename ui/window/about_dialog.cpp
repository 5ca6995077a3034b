#include "ui/window/about_dialog.h"

#include "engine/engine.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSysInfo>
#include <QTreeWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

UsedPart enginePart(const char *engine, const QString &name, const QString &licence)
{
    const EngineVersion *found = engineVersion(engine);
    if (!found)
        return {name, AboutDialog::tr("absent"), licence};
    return {name,
            found->version.empty() ? AboutDialog::tr("absent: %1").arg(text(found->reason))
                                   : text(found->version),
            licence};
}

QString systemText()
{
    return u"%1, %2, kernel %3, %4, %5"_s.arg(
        QSysInfo::prettyProductName(), QSysInfo::currentCpuArchitecture(),
        QSysInfo::kernelVersion(), QGuiApplication::platformName(), text(machineMemory()));
}

constexpr int gap = 20; // between columns

QTreeWidget *partList(QWidget *parent)
{
    auto *list = new QTreeWidget(parent);
    list->setObjectName(u"usedParts"_s);
    list->setAccessibleName(AboutDialog::tr("Parts with their versions and licences"));
    list->setHeaderLabels(
        {AboutDialog::tr("Part"), AboutDialog::tr("Version"), AboutDialog::tr("Licence")});
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setFrameShape(QFrame::NoFrame);
    for (const UsedPart &part : usedParts()) {
        auto *row = new QTreeWidgetItem(list, {part.name, part.version, part.licence});
        row->setSizeHint(2, {0, list->fontMetrics().height() + 6});
        for (int column = 0; column < 3; ++column)
            row->setToolTip(column, row->text(column));
    }
    list->header()->setStretchLastSection(true);
    list->header()->setSectionResizeMode(QHeaderView::Interactive);
    const int most = list->fontMetrics().averageCharWidth() * 24; // a reason may be long
    for (int column = 0; column < 2; ++column) {
        list->resizeColumnToContents(column);
        list->setColumnWidth(column, std::min(list->columnWidth(column) + gap, most));
    }
    return list;
}

} // namespace

QList<UsedPart> usedParts()
{
    return {
        {u"Warmbench"_s, QApplication::applicationVersion(), u"GPL-3.0-or-later"_s},
        {u"Qt"_s, QString::fromLatin1(qVersion()), u"LGPL-3.0-only"_s},
        {u"Qt HTTP Server"_s, QString::fromLatin1(qVersion()), u"GPL-3.0-only"_s},
        enginePart("opencv", u"OpenCV"_s, u"Apache-2.0"_s),
        enginePart("onnxruntime", u"ONNX Runtime"_s, u"MIT"_s),
        {u"oneTBB"_s, {}, u"Apache-2.0"_s},
        {u"libonnx"_s, {}, u"Apache-2.0"_s},
        {u"protobuf"_s, {}, u"BSD-3-Clause"_s},
        {u"simdjson"_s, {}, u"Apache-2.0"_s},
        {u"fmt"_s, {}, u"MIT"_s},
        {u"libyaml"_s, {}, u"MIT"_s},
        {u"libjpeg-turbo"_s, {}, u"IJG AND BSD-3-Clause AND Zlib"_s},
        {u"libpng"_s, {}, u"libpng-2.0"_s},
        {u"zlib"_s, {}, u"Zlib"_s},
        {u"DejaVu fonts"_s, {}, u"Bitstream-Vera"_s},
        {u"Graphviz"_s, {}, u"EPL-1.0"_s},
    };
}

QString aboutText()
{
    QStringList lines;
    for (const UsedPart &part : usedParts())
        lines << (part.version.isEmpty()
                      ? u"%1 (%3)"_s.arg(part.name, part.licence)
                      : u"%1 %2 (%3)"_s.arg(part.name, part.version, part.licence));
    lines << systemText();
    return lines.join(u'\n') + u'\n';
}

AboutDialog::AboutDialog(QWidget *parent)
    : QDialog(parent)
{
    setObjectName(u"aboutDialog"_s);
    setWindowTitle(tr("About Warmbench"));
    auto *icon = new QLabel(this);
    icon->setPixmap(QIcon(u":/icons/app.svg"_s).pixmap(48, 48));
    auto *words = new QLabel(
        tr("<h3>Warmbench %1</h3>An inference workbench: one model in memory, in this window and "
           "behind /predict. Free software under the GNU General Public License, version 3 or "
           "later.")
            .arg(QApplication::applicationVersion()),
        this);
    words->setWordWrap(true);
    auto *title = new QHBoxLayout;
    title->setSpacing(16);
    title->addWidget(icon, 0, Qt::AlignTop);
    title->addWidget(words, 1);
    auto *buttons = new QDialogButtonBox(this);
    QPushButton *copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
    copy->setObjectName(u"copyAbout"_s);
    copy->setToolTip(tr("Copy all of this as text, for a report of a mistake"));
    QPushButton *close = buttons->addButton(QDialogButtonBox::Close);
    for (QPushButton *button : {copy, close})
        button->setAutoDefault(false);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 14);
    layout->setSpacing(14);
    layout->addLayout(title);
    layout->addWidget(partList(this), 1);
    layout->addWidget(buttons);
    connect(copy, &QPushButton::clicked, this, [copy] {
        QGuiApplication::clipboard()->setText(aboutText());
        copy->setText(tr("Copied"));
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    copy->setFocus();
    resize(60 * fontMetrics().averageCharWidth() + 120, parent ? parent->height() * 3 / 4 : 480);
}

} // namespace warmbench::ui
