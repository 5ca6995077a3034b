#include "ui/sheets/pasted_numbers.h"

#include "tensor/npy.h"

#include <cmath>
#include <limits>
#include <QCoreApplication>
#include <QRegularExpression>
#include <vector>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

Error refused(const QString &why)
{
    return invalidArgument(why.toStdString());
}

QString translated(const char *source)
{
    return QCoreApplication::translate("PastedNumbers", source);
}

} // namespace

Result<std::string> npyOfNumbers(const QString &pasted)
{
    static const QRegularExpression around(uR"([\s,;\[\]()]+)"_s);
    static const QRegularExpression words(
        u"\\b(array|tensor)\\b|\\b(dtype|device|grad_fn)=[^,)]*"_s);
    std::vector<float> numbers;
    for (const QString &word : QString(pasted).remove(words).split(around, Qt::SkipEmptyParts)) {
        bool ok = false;
        float number = word.toFloat(&ok);
        if (!ok && word == "nan"_L1) {
            number = std::numeric_limits<float>::quiet_NaN();
            ok = true;
        }
        if (!ok && word == "..."_L1)
            return refused(translated("The numbers are shortened by \"...\": print all of them, or "
                                      "save them with np.save and choose the file."));
        if (!ok)
            return refused(
                translated("\"%1\" is no number: paste the numbers alone.").arg(word.left(40)));
        numbers.push_back(number);
    }
    if (numbers.empty())
        return refused(translated("Choose the file with the notebook's numbers, or paste them."));
    const auto tensor = Tensor::fromValues<float>({static_cast<std::int64_t>(numbers.size())},
                                                  std::span<const float>(numbers));
    return tensor ? Result<std::string>(writeNpy(*tensor)) : tensor.error();
}

} // namespace warmbench::ui
