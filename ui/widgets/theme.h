// Light and dark: two palettes over Qt's Fusion style, and the colours of charts and states.
// Thread: GUI. Every pair of text and background has a contrast of at least 4.5 to 1.
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>
#include <QString>

namespace warmbench::ui {

enum class Theme { System, Light, Dark };

Theme themeFromName(const QString &name); // "system", "light", "dark"
QString themeName(Theme theme);

// Sets style, palette and a few rules that a palette cannot express, for the whole application.
// System follows the desktop; with Qt 6.5 and later it also follows changes while the program runs.
void applyTheme(Theme theme);

// Sets the size of all text, in the widgets that live and in those to come, to so many percent of
// the desktop's.
void applyTextSize(int percent);
// Letters of one width, for code and columns of numbers.
QFont codeFont();

// The colours that a palette does not have, to suit the present palette.
struct ThemeColours
{
    QColor good;
    QColor warning;
    QColor bad;
    QColor muted;     // secondary text
    QColor line;      // hairlines and chart grids
    QColor subtle;    // fills of cards and bars
    QColor series[4]; // told apart by colour-blind people too (after Okabe and Ito)
};
ThemeColours themeColours();
bool isDark(const QPalette &palette);

} // namespace warmbench::ui
