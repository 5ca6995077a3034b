#include "ui/inspector/fact_rows.h"

#include "model/presets.h"
#include "ui/widgets/display_text.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QLocale>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString tr(const char *source)
{
    return QCoreApplication::translate("Inspector", source);
}

QString numbersText(const std::vector<double> &numbers)
{
    QStringList texts;
    for (const double number : numbers)
        texts << numberText(number);
    return texts.join(u", "_s);
}

QString writtenNumber(double number)
{
    return QString::number(number, 'g', QLocale::FloatingPointShortest);
}

QString writtenNumbers(const std::vector<double> &numbers)
{
    QStringList texts;
    for (const double number : numbers)
        texts << writtenNumber(number);
    return texts.join(u", "_s);
}

QString originOf(const InputPlan &plan, const char *key)
{
    if (const auto source = plan.sources.find(key);
        source != plan.sources.end() && plan.origins.at(key) < Origin::SettingsFile)
        return text(source->second);
    const auto found = plan.origins.find(key);
    if (found == plan.origins.end())
        return tr("default");
    switch (found->second) {
    case Origin::Guessed:
        return tr("guessed");
    case Origin::Network:
        return tr("network");
    case Origin::Form:
        return tr("output form");
    case Origin::Beside:
        return tr("file beside the model");
    case Origin::Metadata:
        return tr("metadata");
    case Origin::SettingsFile:
        return tr("settings file");
    case Origin::User:
        break;
    }
    return tr("you");
}

QString pathText(const std::filesystem::path &path)
{
    return text(path.string());
}

QString kindText(InputKind kind)
{
    switch (kind) {
    case InputKind::Image:
        return tr("picture");
    case InputKind::Features:
        return tr("features");
    case InputKind::Tensor:
        break;
    }
    return tr("tensor");
}

// The names of the enumerators from the first to `last`.
template <typename Enum>
QStringList namesUpTo(Enum last, const char *(*name)(Enum))
{
    QStringList names;
    for (int i = 0; i <= static_cast<int>(last); ++i)
        names << text(name(static_cast<Enum>(i)));
    return names;
}

// The rows of one group. A value that is empty makes none.
class Rows
{
public:
    explicit Rows(const QString &title) { m_group.title = title; }

    void add(const QString &name, const QString &value, const QString &origin = {})
    {
        push({.name = name, .value = value, .origin = origin});
    }
    void choice(const QString &name, const QString &key, const QString &value,
                const QString &origin, const QStringList &choices)
    {
        push({name, value, origin, key, Fact::Kind::Choice, value, choices});
    }
    void flag(const QString &name, const QString &key, bool value, const QString &origin)
    {
        const QString shown = value ? tr("yes") : tr("no");
        push({name, shown, origin, key, Fact::Kind::Flag, shown, {tr("yes"), tr("no")}});
    }
    void whole(const QString &name, const QString &key, int value, const QString &origin)
    {
        const QString shown = QString::number(value);
        push({name, shown, origin, key, Fact::Kind::Whole, shown, {}});
    }
    void number(const QString &name, const QString &key, double value, const QString &origin)
    {
        push({name,
              numberText(value, 6),
              origin,
              key,
              Fact::Kind::Number,
              writtenNumber(value),
              {}});
    }
    void numbers(const QString &name, const QString &key, const std::vector<double> &values,
                 const QString &origin)
    {
        push({name,
              numbersText(values),
              origin,
              key,
              Fact::Kind::Numbers,
              writtenNumbers(values),
              {}});
    }
    void push(Fact fact)
    {
        if (!fact.value.isEmpty())
            m_group.facts.push_back(std::move(fact));
    }

    void into(std::vector<FactGroup> &groups)
    {
        if (!m_group.facts.empty())
            groups.push_back(std::move(m_group));
    }

private:
    FactGroup m_group;
};

void addFeatures(const InputPlan &plan, Rows &rows)
{
    for (const Feature &feature : plan.features)
        rows.add(text(feature.name),
                 feature.minimum && feature.maximum
                     ? u"%1 – %2 %3"_s.arg(numberText(*feature.minimum),
                                           numberText(*feature.maximum), text(feature.unit))
                 : feature.dtype == DType::String ? tr("text")
                                                  : tr("number"),
                 originOf(plan, "features"));
}

void addPicture(const ModelStatus::Facts &facts, Rows &rows)
{
    const InputPlan &plan = facts.input;
    const Preprocessing &how = plan.preprocessing;
    const auto from = [&](const char *key) { return originOf(plan, key); };
    QStringList presets;
    for (const std::string &name : presetNames())
        presets << text(name);
    const QString preset = text(facts.settings.input.preset.value_or(""));
    rows.push({tr("Preset"),
               preset.isEmpty() ? tr("none") : preset,
               {},
               u"input.preset"_s,
               Fact::Kind::Choice,
               preset,
               presets});
    const auto side = [&](const QString &name, const char *key, int size, bool follows) {
        if (follows)
            rows.push({name,
                       tr("follows the picture"),
                       from(key),
                       u"input."_s + text(key),
                       Fact::Kind::Whole,
                       {},
                       {}});
        else
            rows.whole(name, u"input."_s + text(key), size, from(key));
    };
    side(tr("Width"), "width", how.width, how.fit.freeWidth);
    side(tr("Height"), "height", how.height, how.fit.freeHeight);
    rows.choice(tr("Channels"), u"input.channels"_s, text(channelsName(how.channels)),
                from("channels"), namesUpTo(Channels::GrayAlpha, channelsName));
    rows.choice(tr("Layout"), u"input.layout"_s, text(layoutName(how.layout)), from("layout"),
                namesUpTo(Layout::Nhwc, layoutName));
    rows.choice(tr("Resize"), u"input.resize"_s, text(resizeModeName(how.resize)), from("resize"),
                namesUpTo(ResizeMode::Fit, resizeModeName));
    if (how.shorterSide)
        rows.whole(tr("Shorter side"), u"input.shorter_side"_s, *how.shorterSide,
                   from("shorter_side"));
    if (how.resize == ResizeMode::Fit) {
        if (how.fit.longestSide > 0)
            rows.whole(tr("Longest side"), u"input.longest_side"_s, how.fit.longestSide,
                       from("longest_side"));
        rows.whole(tr("Multiple of"), u"input.multiple_of"_s, how.fit.multipleOf,
                   from("multiple_of"));
    }
    if (how.resize == ResizeMode::Letterbox) {
        if (how.padsWithMean)
            rows.push({tr("Border"),
                       tr("mean"),
                       from("pad_value"),
                       u"input.pad_value"_s,
                       Fact::Kind::Number,
                       u"mean"_s,
                       {}});
        else
            rows.number(tr("Border"), u"input.pad_value"_s, how.padValue, from("pad_value"));
        rows.choice(tr("Border at"), u"input.pad_position"_s,
                    text(padPositionName(how.padPosition)), from("pad_position"),
                    namesUpTo(PadPosition::End, padPositionName));
    }
    rows.choice(tr("Interpolation"), u"input.interpolation"_s,
                text(interpolationName(how.interpolation)), from("interpolation"),
                namesUpTo(Interpolation::Lanczos, interpolationName));
    rows.flag(tr("Antialias"), u"input.antialias"_s, how.antialias, from("antialias"));
    rows.number(tr("Scale"), u"input.scale"_s, how.scale, from("scale"));
    rows.numbers(tr("Mean"), u"input.mean"_s, how.mean, from("mean"));
    rows.numbers(tr("Std"), u"input.std"_s, how.std, from("std"));
}

void addPreprocessing(const ModelStatus::Facts &facts, std::vector<FactGroup> &groups)
{
    Rows rows(tr("Preprocessing"));
    rows.add(tr("Takes"), kindText(facts.input.kind));
    if (facts.input.kind == InputKind::Features)
        addFeatures(facts.input, rows);
    if (facts.input.kind == InputKind::Image)
        addPicture(facts, rows);
    rows.into(groups);
}

void addTask(const ModelStatus::Facts &facts, std::vector<FactGroup> &groups)
{
    const ModelSettings &settings = facts.settings;
    Rows rows(tr("Answer"));
    const auto from = [&](const char *key) {
        const auto told = facts.understood.values.find(key);
        return told == facts.understood.values.end() ? QString() : text(told->second.origin);
    };
    rows.choice(tr("Task"), u"task"_s,
                settings.task ? text(taskName(*settings.task)) : tr("not told"), from("task"),
                namesUpTo(Task::Text, taskName));
    if (!settings.labels.empty())
        rows.push({.name = tr("Labels"),
                   .value = QString::number(settings.labels.size()),
                   .origin = from("labels"),
                   .key = u"labels"_s});
    const bool classifies = settings.task.value_or(Task::Tensor) == Task::Classification;
    if (settings.output.activation || classifies)
        rows.choice(tr("Activation"), u"output.activation"_s,
                    settings.output.activation ? text(activationName(*settings.output.activation))
                                               : tr("not told"),
                    from("activation"), namesUpTo(Activation::Sigmoid, activationName));
    if (classifies)
        rows.whole(tr("Top"), u"output.top_k"_s, settings.output.topK.value_or(5),
                   settings.output.topK ? QString() : tr("default"));
    if (const auto &range = settings.output.range)
        rows.add(tr("Range"), u"%1 – %2"_s.arg(numberText(range->low), numberText(range->high)),
                 tr("settings file"));
    if (settings.decoder) {
        rows.add(tr("Decoder"), text(settings.decoder->type), from("decoder"));
        rows.number(tr("Score"), u"decoder.score_threshold"_s, settings.decoder->scoreThreshold,
                    from("decoder"));
        rows.number(tr("Overlap"), u"decoder.nms_threshold"_s, settings.decoder->nmsThreshold,
                    from("decoder"));
    }
    rows.into(groups);
}

void addServing(const ModelStatus::Facts &facts, std::vector<FactGroup> &groups)
{
    const ModelSettings &settings = facts.settings;
    Rows rows(tr("Serving"));
    rows.choice(tr("File changes"), u"reload"_s,
                settings.reload ? text(reloadModeName(*settings.reload)) : tr("not told"), {},
                namesUpTo(ReloadMode::Auto, reloadModeName));
    rows.push(
        {tr("Keep alive"),
         settings.keepAlive ? text(std::chrono::nanoseconds(*settings.keepAlive)) : tr("not told"),
         {},
         u"keep_alive"_s,
         Fact::Kind::Text,
         {},
         {}});
    rows.push({tr("Instances"),
               settings.instances ? QString::number(*settings.instances) : tr("not told"),
               {},
               u"instances"_s,
               Fact::Kind::Whole,
               {},
               {}});
    rows.push({tr("In a process of its own"),
               settings.isolate ? (*settings.isolate ? tr("yes") : tr("no")) : tr("not told"),
               {},
               u"isolate"_s,
               Fact::Kind::Flag,
               {},
               {tr("yes"), tr("no")}});
    rows.into(groups);
}

void addFiles(const ModelView &model, std::vector<FactGroup> &groups)
{
    Rows rows(tr("File"));
    rows.add(tr("Name"), text(model.entry.name));
    QStringList versions;
    for (const auto &[number, path] : model.entry.versions)
        versions << QString::number(number);
    const auto &facts = model.status.facts;
    if (!facts) {
        if (!model.entry.versions.empty())
            rows.add(tr("Path"), pathText(model.entry.versions.rbegin()->second));
        rows.add(tr("Versions"), versions.join(u", "_s));
        rows.add(tr("State"),
                 model.status.state == ModelState::Failed ? tr("failed") : tr("not loaded yet"));
        return rows.into(groups);
    }
    rows.add(tr("Path"), pathText(facts->files.network));
    rows.add(tr("Weights"), pathText(facts->files.weights));
    for (const auto &external : facts->files.external)
        rows.add(tr("External data"), pathText(external));
    rows.add(tr("Settings"),
             facts->settings.file.empty() ? tr("none") : pathText(facts->settings.file));
    rows.add(tr("Digest"), text(facts->digest));
    rows.add(tr("Size"), text(facts->fileBytes));
    rows.add(tr("Versions"), versions.join(u", "_s));
    rows.add(tr("Loaded"), text(model.status.loadedVersion));
    rows.add(tr("Engine"), text(facts->engine));
    rows.add(tr("Memory"), text(facts->memory));
    rows.add(tr("Load time"), text(model.status.loadTime));
    rows.into(groups);
}

void addNetwork(const ModelStatus::Facts &facts, std::vector<FactGroup> &groups)
{
    const NetworkSpec &spec = facts.spec;
    const auto tensors = [&](const QString &title, const std::vector<TensorSpec> &specs) {
        Rows rows(title);
        for (const TensorSpec &tensor : specs)
            rows.add(text(tensor.name),
                     u"%1 %2"_s.arg(text(shapeText(tensor.shape)), text(dtypeName(tensor.dtype))));
        rows.into(groups);
    };
    tensors(tr("Inputs"), spec.inputs);
    tensors(tr("Outputs"), spec.outputs);
    Rows rows(tr("Network"));
    rows.add(tr("Format"), text(modelFormatName(spec.format)));
    rows.add(tr("Producer"), text(spec.producer));
    rows.add(tr("Graph"), text(spec.graphName));
    rows.add(tr("Description"), text(spec.description));
    if (spec.opset > 0)
        rows.add(tr("Opset"), QString::number(spec.opset));
    if (spec.irVersion > 0)
        rows.add(tr("IR version"), QString::number(spec.irVersion));
    if (spec.layerCount > 0)
        rows.add(tr("Layers"), QString::number(spec.layerCount));
    if (spec.parameterCount > 0)
        rows.add(tr("Parameters"), grouped(spec.parameterCount));
    rows.into(groups);
    Rows metadata(tr("Metadata"));
    for (const auto &[key, value] : spec.metadata)
        metadata.add(text(key), text(value));
    metadata.into(groups);
}

QJsonValue numberOr(const QString &written)
{
    bool isNumber = false;
    const double number = written.toDouble(&isNumber);
    return isNumber ? QJsonValue(number) : QJsonValue(written);
}

} // namespace

QStringList warningsOf(const ModelView &model)
{
    QStringList warnings;
    if (!model.entry.warning.empty())
        warnings << text(model.entry.warning);
    if (model.status.facts)
        for (const std::string &warning : model.status.facts->warnings)
            warnings << text(warning);
    return warnings;
}

std::vector<FactGroup> factGroups(const ModelView &model)
{
    std::vector<FactGroup> groups;
    if (const auto &facts = model.status.facts) {
        addPreprocessing(*facts, groups);
        addTask(*facts, groups);
        addServing(*facts, groups);
    }
    addFiles(model, groups);
    if (const auto &facts = model.status.facts)
        addNetwork(*facts, groups);
    return groups;
}

QJsonValue settingOf(Fact::Kind kind, const QString &written)
{
    const QString value = written.trimmed();
    if (value.isEmpty())
        return QJsonValue::Null;
    switch (kind) {
    case Fact::Kind::Flag:
        return value == tr("yes")  ? QJsonValue(true)
               : value == tr("no") ? QJsonValue(false)
                                   : QJsonValue(value);
    case Fact::Kind::Whole:
    case Fact::Kind::Number:
        return numberOr(value); // a scale may be a fraction, a border the mean: both texts
    case Fact::Kind::Numbers: {
        QJsonArray numbers;
        for (const QString &part : value.split(u',', Qt::SkipEmptyParts))
            numbers.append(numberOr(part.trimmed()));
        return numbers;
    }
    case Fact::Kind::Choice:
    case Fact::Kind::Text:
    case Fact::Kind::ReadOnly:
        break;
    }
    return value;
}

QJsonObject decoderWith(const DecoderSettings &decoder, const QString &key, const QJsonValue &value)
{
    QJsonObject object{{u"type"_s, text(decoder.type)},
                       {u"score_threshold"_s, decoder.scoreThreshold},
                       {u"nms_threshold"_s, decoder.nmsThreshold}};
    if (decoder.classes > 0)
        object[u"classes"_s] = decoder.classes;
    if (decoder.masks > 0)
        object[u"masks"_s] = decoder.masks;
    QJsonArray points;
    for (const std::string &name : decoder.pointNames)
        points.append(text(name));
    if (!points.isEmpty())
        object[u"points"_s] = points;
    else if (decoder.points > 0)
        object[u"points"_s] = decoder.points;
    if (decoder.oriented)
        object[u"oriented"_s] = true;
    object[key] = value;
    return object;
}

} // namespace warmbench::ui
