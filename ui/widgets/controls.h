// Small things that Qt's controls lack. Thread: GUI.
#pragma once

class QLineEdit;

namespace warmbench::ui {

// A clear button that screen readers can name.
void addClearButton(QLineEdit *line);

} // namespace warmbench::ui
