#include "ui/widgets/theme.h"

#include "ui/widgets/window_style.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QStyleHints>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

struct PaletteColours
{
    const char *window;
    const char *base;
    const char *alternate;
    const char *button;
    const char *text;
    const char *disabled;
    const char *placeholder;
    const char *highlight;
    const char *link;
    const char *tooltip;
};

constexpr PaletteColours lightColours{"#f4f5f7", "#ffffff", "#f3f5f8", "#fbfbfc", "#1c2430",
                                      "#8b94a1", "#66707d", "#2563c4", "#1d5bb8", "#ffffff"};
constexpr PaletteColours darkColours{"#20242a", "#191c21", "#1e2227", "#2b3038", "#e3e7ed",
                                     "#767f8c", "#98a2b0", "#2f6bd0", "#86b4ff", "#2b3038"};

QPalette paletteOf(const PaletteColours &c)
{
    const auto colour = [](const char *name) { return QColor(QLatin1StringView(name)); };
    QPalette palette(colour(c.button), colour(c.window));
    palette.setColor(QPalette::Window, colour(c.window));
    palette.setColor(QPalette::Base, colour(c.base));
    palette.setColor(QPalette::AlternateBase, colour(c.alternate));
    palette.setColor(QPalette::Button, colour(c.button));
    palette.setColor(QPalette::Highlight, colour(c.highlight));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, colour(c.link));
    palette.setColor(QPalette::LinkVisited, colour(c.link));
    palette.setColor(QPalette::ToolTipBase, colour(c.tooltip));
    palette.setColor(QPalette::ToolTipText, colour(c.text));
    palette.setColor(QPalette::PlaceholderText, colour(c.placeholder));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(role, colour(c.text));
        palette.setColor(QPalette::Disabled, role, colour(c.disabled));
    }
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, colour(c.alternate));
    palette.setColor(QPalette::Disabled, QPalette::HighlightedText, colour(c.disabled));
    return palette;
}

// Asked once, before our own palette replaces the desktop's.
bool desktopIsDark()
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    return QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark;
#else
    static const bool dark = isDark(QGuiApplication::palette());
    return dark;
#endif
}

void followDesktop(bool follow)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    static QMetaObject::Connection connection;
    QObject::disconnect(connection);
    if (follow)
        connection =
            QObject::connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, qApp,
                             [] { applyTheme(Theme::System); });
#else
    Q_UNUSED(follow)
#endif
}

} // namespace

Theme themeFromName(const QString &name)
{
    if (name == "light"_L1)
        return Theme::Light;
    return name == "dark"_L1 ? Theme::Dark : Theme::System;
}

QString themeName(Theme theme)
{
    switch (theme) {
    case Theme::Light:
        return u"light"_s;
    case Theme::Dark:
        return u"dark"_s;
    case Theme::System:
        break;
    }
    return u"system"_s;
}

void applyTheme(Theme theme)
{
    const bool systemDark = desktopIsDark();
    followDesktop(theme == Theme::System);
    const bool dark = theme == Theme::Dark || (theme == Theme::System && systemDark);
    QApplication::setStyle(new WindowStyle);
    QApplication::setPalette(paletteOf(dark ? darkColours : lightColours));
}

void applyTextSize(int percent)
{
    static const qreal usual = QFontInfo(QApplication::font()).pointSizeF();
    QFont font = QApplication::font();
    const qreal size = usual * percent / 100;
    const qreal factor = size / QFontInfo(font).pointSizeF();
    if (qFuzzyCompare(factor, 1))
        return;
    // A size of its own does not follow that of the application. All are read before any changes,
    // since children may take them over.
    QList<std::pair<QWidget *, QFont>> own;
    for (QWidget *widget : QApplication::allWidgets()) {
        const bool sized = (widget->font().resolveMask() & QFont::SizeResolved) != 0;
        if (widget->testAttribute(Qt::WA_SetFont) && sized && widget->font().pointSizeF() > 0)
            own.emplaceBack(widget, widget->font());
        if (auto *header = qobject_cast<QHeaderView *>(widget);
            header && header->orientation() == Qt::Vertical)
            header->setDefaultSectionSize(qRound(header->defaultSectionSize() * factor));
    }
    font.setPointSizeF(size);
    QApplication::setFont(font);
    for (auto &[widget, scaled] : own) {
        scaled.setPointSizeF(scaled.pointSizeF() * factor);
        widget->setFont(scaled);
    }
}

QFont codeFont()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(QFontInfo(QApplication::font()).pointSizeF());
    return font;
}

bool isDark(const QPalette &palette)
{
    return palette.color(QPalette::Window).lightness() < 128;
}

ThemeColours themeColours()
{
    if (isDark(QGuiApplication::palette()))
        return {QColor(0x5f, 0xcf, 0x9b),
                QColor(0xf0, 0xb4, 0x4c),
                QColor(0xff, 0x8d, 0x85),
                QColor(0x9d, 0xa7, 0xb5),
                QColor(0x3a, 0x40, 0x4a),
                QColor(0x2a, 0x2f, 0x37),
                {QColor(0x56, 0xb4, 0xe9), QColor(0xf0, 0xa3, 0x30), QColor(0x37, 0xc8, 0x9a),
                 QColor(0xdd, 0x96, 0xc0)}};
    return {QColor(0x15, 0x73, 0x47),
            QColor(0x8a, 0x57, 0x00),
            QColor(0xb4, 0x23, 0x18),
            QColor(0x5c, 0x66, 0x73),
            QColor(0xdd, 0xe1, 0xe7),
            QColor(0xe9, 0xec, 0xf1),
            {QColor(0x00, 0x72, 0xb2), QColor(0xc9, 0x58, 0x00), QColor(0x00, 0x8a, 0x65),
             QColor(0xa8, 0x4d, 0x86)}};
}

} // namespace warmbench::ui
