#include "ui/sheets/notebook_lines.h"

using namespace Qt::StringLiterals;

namespace warmbench::ui {

QString notebookLines(const QString &picture)
{
    const QString one = picture.isEmpty() ? u"one picture"_s : picture.simplified();
    return u"import numpy as np\n"
           "np.save(\"y.npy\", np.asarray(y))  # the output for %1, as the network gives it\n"
           "np.save(\"x.npy\", np.asarray(x))  # or what goes into the network, prepared\n"_s.arg(
               one);
}

} // namespace warmbench::ui
