// The lines of Python that keep what a notebook feeds to its network and what comes out, for
// matching. Thread: any; a pure function.
#pragma once

#include <QString>

namespace warmbench::ui {

// `picture`: the name of the picture that they are about; empty: none is known.
QString notebookLines(const QString &picture);

} // namespace warmbench::ui
