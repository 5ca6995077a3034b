#include "ui/window/dropped_files.h"

#include "base/file.h"
#include "engine/model_files.h"
#include "model/model_settings.h"
#include "tensor/image.h"
#include "ui/widgets/display_text.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::size_t sniffed = 64;
constexpr Bytes largestText = mebibytes(16);

QString translated(const char *source)
{
    return QCoreApplication::translate("DroppedFile", source);
}

DroppedFile refused(const QString &path, const QString &why)
{
    return {DroppedFile::Kind::Refused, path, why};
}

bool isNumbers(const QString &body)
{
    const QJsonObject object = QJsonDocument::fromJson(body.toUtf8()).object();
    return object.contains("input"_L1) || object.contains("inputs"_L1) ||
           object.contains("tensors"_L1);
}

// Settings, labels and numbers: text that belongs to a model without being one.
DroppedFile judgeText(const QString &path, const std::string &content, const Error &noModel)
{
    const QString name = QFileInfo(path).fileName();
    if (name.endsWith("warmbench.json"_L1))
        return refused(path, translated("%1 is a settings file: it is read with the model that "
                                        "lies beside it. Refresh that model to use it.")
                                 .arg(name));
    if (const QString body = text(content); isNumbers(body))
        return {DroppedFile::Kind::Numbers, path, body};
    const auto labels = parseLabels(content);
    if (labels && labels->size() > 1 && !hasModelEnding(path.toStdString()))
        return refused(path, translated("%1 is a list of %2 labels. Name it in the model's "
                                        "settings file, {\"labels\": \"%1\"} in "
                                        "MODEL.warmbench.json, and refresh the model.")
                                 .arg(name)
                                 .arg(labels->size()));
    return refused(path, text(noModel.message));
}

} // namespace

DroppedFile judgeFile(const QString &path)
{
    const QFileInfo info(path);
    if (!info.exists())
        return refused(path, translated("%1 is not there any more.").arg(path));
    if (info.isDir())
        return {DroppedFile::Kind::Model, path, {}};
    const Result<std::string> start = readFileStart(path.toStdString(), sniffed);
    if (!start)
        return refused(path, text(start.error().message));
    if (looksLikeImage(std::as_bytes(std::span(*start))))
        return {DroppedFile::Kind::Picture, path, {}};
    const Result<ModelFiles> files = identifyModelFiles(path.toStdString());
    if (files)
        return {DroppedFile::Kind::Model, path, {}};
    const bool textual = start->find('\0') == std::string::npos && info.size() < largestText.count;
    const Result<std::string> content =
        textual ? readFile(path.toStdString(), largestText) : Result<std::string>(files.error());
    return content ? judgeText(path, *content, files.error())
                   : refused(path, text(files.error().message));
}

} // namespace warmbench::ui
