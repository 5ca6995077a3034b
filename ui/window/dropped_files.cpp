#include "ui/window/dropped_files.h"

#include "base/file.h"
#include "engine/model_files.h"
#include "inference/body/prediction_body.h"
#include "model/model_settings.h"
#include "tensor/csv.h"
#include "tensor/image.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
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

QStringList texts(const std::vector<std::string> &labels)
{
    QStringList all;
    for (const std::string &label : labels)
        all << text(label);
    return all;
}

// True for an object with a key of the grammar of bodies.
bool isBody(const QString &json)
{
    const QStringList keys = QJsonDocument::fromJson(json.toUtf8()).object().keys();
    return std::any_of(keys.begin(), keys.end(),
                       [](const QString &key) { return isBodyKey(key.toStdString()); });
}

// True for rows of numbers. A list of labels may be numbers too, or lines of "index,name", none of
// which is a row of numbers: so a single column is a table only in a .csv file, which may have
// mistakes in some of its rows.
bool isTable(const std::string &content, bool csvFile)
{
    const auto table = readCsv(content);
    if (!table)
        return csvFile;
    bool some = !table->names.empty();
    bool all = true;
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
        const bool numbers = csvNumbers(*table, row).has_value();
        some = some || numbers;
        all = all && numbers;
    }
    return csvFile ? some : all && table->columns > 1;
}

// What is text among the inputs.
bool isInput(const QString &path, const std::string &content)
{
    const bool csvFile = path.endsWith(".csv"_L1, Qt::CaseInsensitive);
    switch (bodyKind(content)) {
    case BodyKind::Object:
        return isBody(text(content));
    case BodyKind::List:
        return !parseLabels(content);
    case BodyKind::Csv:
        return isTable(content, csvFile);
    case BodyKind::Unknown: // columns without a number: the sentence of the grammar tells more
        return csvFile && content.find_first_of(",;\t") != std::string::npos;
    case BodyKind::Picture:
    case BodyKind::Npy: // these do not come here
    case BodyKind::Empty:
        break;
    }
    return false;
}

// Judges settings, labels and numbers: text files that belong to a model but are no model.
DroppedFile judgeText(const QString &path, const std::string &content, const Error &noModel)
{
    const QString name = QFileInfo(path).fileName();
    if (name.endsWith("warmbench.json"_L1))
        return refused(path, translated("%1 is a settings file: it is read with the model that "
                                        "lies beside it. Refresh that model to use it.")
                                 .arg(name));
    if (isInput(path, content))
        return {DroppedFile::Kind::Input, path, {}};
    const auto labels = parseLabels(content);
    if (labels && labels->size() > 1 && !hasModelEnding(path.toStdString()))
        return {DroppedFile::Kind::Labels, path, {}, texts(*labels)};
    return refused(path, text(noModel.message));
}

// A folder is one of models, unless it holds pictures and no model.
DroppedFile judgeFolder(const QString &path)
{
    const QStringList endings = filePatterns(pictureEndings());
    QStringList pictures;
    QDirIterator files(path, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString file = files.next();
        if (QDir::match(endings, files.fileName()))
            pictures << file;
        else if (hasModelEnding(file.toStdString()) && identifyModelFiles(file.toStdString()))
            return {DroppedFile::Kind::Model, path, {}};
    }
    if (pictures.isEmpty())
        return {DroppedFile::Kind::Model, path, {}};
    std::sort(pictures.begin(), pictures.end());
    return {DroppedFile::Kind::Input, path, {}, {}, pictures};
}

} // namespace

DroppedFile judgeFile(const QString &path)
{
    const QFileInfo info(path);
    if (!info.exists())
        return refused(path, translated("%1 is not there any more.").arg(path));
    if (info.isDir())
        return judgeFolder(path);
    const Result<std::string> start = readFileStart(path.toStdString(), sniffed);
    if (!start)
        return refused(path, text(start.error().message));
    if (const BodyKind kind = bodyKind(*start); kind == BodyKind::Picture || kind == BodyKind::Npy)
        return {DroppedFile::Kind::Input,
                path,
                {},
                {},
                kind == BodyKind::Picture ? QStringList{path} : QStringList()};
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
