// The numbers of an answer over HTTP, to compare them with what the window shows. Thread: GUI.
#pragma once

#include "ui/playground/output_table.h"

#include <algorithm>
#include <cmath>
#include <QAbstractItemModel>
#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <vector>

inline void flatten(const QJsonValue &value, std::vector<double> &numbers)
{
    if (value.isArray())
        for (const auto &one : value.toArray())
            flatten(one, numbers);
    else
        numbers.push_back(value.isDouble() ? value.toDouble() : std::nan(""));
}

// The numbers of an output in an answer; of the only one, where there is one. None: left out.
inline std::vector<double> told(const QJsonObject &answer, const QString &name)
{
    const QJsonValue output = answer.contains(QStringLiteral("outputs"))
                                  ? answer[QStringLiteral("outputs")].toObject()[name]
                                  : answer[QStringLiteral("prediction")];
    std::vector<double> numbers;
    if (output.isArray() || output.isDouble())
        flatten(output, numbers);
    return numbers;
}

// What the page's table of raw outputs shows otherwise than the client was told; empty: nothing.
inline QString shownOtherwise(const QAbstractItemModel &shown, const QJsonObject &answer)
{
    using warmbench::ui::OutputTable;
    if (shown.rowCount() == 0)
        return QStringLiteral("no outputs are shown");
    for (int row = 0; row < shown.rowCount(); ++row) {
        const QString name = shown.index(row, OutputTable::Name).data().toString();
        const std::vector<double> numbers = told(answer, name);
        if (numbers.empty())
            return name + QStringLiteral(" was not told");
        if (shown.index(row, OutputTable::Type).data().toString() != QStringLiteral("float32"))
            continue;
        auto tensor =
            warmbench::Tensor::create(warmbench::DType::Float32, {1, std::int64_t(numbers.size())});
        if (!tensor)
            return QStringLiteral("no memory");
        std::transform(numbers.begin(), numbers.end(), tensor->mutableValues<float>().begin(),
                       [](double one) { return float(one); });
        OutputTable client;
        client.setOutputs({warmbench::ui::summarise(name.toStdString(), *tensor)});
        for (const int column :
             {OutputTable::Minimum, OutputTable::Maximum, OutputTable::Mean, OutputTable::Values})
            if (shown.index(row, column).data() != client.index(0, column).data())
                return name + QStringLiteral(": ") + shown.index(row, column).data().toString() +
                       QStringLiteral(", not ") + client.index(0, column).data().toString();
    }
    return {};
}
