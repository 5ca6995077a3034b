// What the inspector shows of a model, as rows: preprocessing with the origin of each value, the
// meaning of the answer, files, network. Thread: GUI; pure functions.
#pragma once

#include "inference/workbench.h"

#include <QJsonObject>
#include <QJsonValue>
#include <QString>
#include <QStringList>
#include <vector>

namespace warmbench::ui {

struct Fact
{
    // How a person writes the value of a settings key.
    enum class Kind { ReadOnly, Choice, Flag, Whole, Number, Numbers, Text };

    QString name;
    QString value;    // as it is shown
    QString origin{}; // of the value; may be empty
    QString key{};    // of the settings file: "input.mean"; empty: no settings say it
    Kind kind = Kind::ReadOnly;
    QString written{};     // the value as one would write it
    QStringList choices{}; // for a Choice
};

struct FactGroup
{
    QString title;
    std::vector<Fact> facts;
};

QStringList warningsOf(const ModelView &model);
std::vector<FactGroup> factGroups(const ModelView &model);

// What a person wrote, for the settings: an empty text is a null, which takes the value back. What
// cannot be read as its kind goes on as text, so that the settings' own sentence says what is
// accepted.
QJsonValue settingOf(Fact::Kind kind, const QString &written);

// The decoder as the settings file writes it, with one of its values changed.
QJsonObject decoderWith(const DecoderSettings &decoder, const QString &key,
                        const QJsonValue &value);

} // namespace warmbench::ui
