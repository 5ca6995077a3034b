#include "ui/playground/opened_input.h"

#include "base/file.h"
#include "base/text.h"
#include "tensor/npy.h"
#include "ui/playground/output_table.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/picture_view.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString inWords(const char *source)
{
    return QCoreApplication::translate("OpenedInput", source);
}

Result<PictureInput> pictureOf(std::string bytes)
{
    const Result<Image> image = decodeImage(bytesOf(bytes));
    if (!image)
        return image.error();
    PictureInput picture;
    picture.size = {image->width, image->height};
    picture.preview = preview(asQImage(*image));
    picture.bytes = std::make_shared<const std::string>(std::move(bytes));
    return picture;
}

Result<void> describeNpy(FileInput &file)
{
    const auto tensor = readNpy(bytesOf(*file.bytes));
    if (!tensor)
        return tensor.error();
    const TensorSummary summary = summarise({}, *tensor);
    file.summary = inWords("%1 of shape %2: %3 to %4, mean %5")
                       .arg(summary.dtype, summary.shape, numberText(summary.minimum, 3),
                            numberText(summary.maximum, 3), numberText(summary.mean, 3));
    return {};
}

Result<void> describeTable(FileInput &file)
{
    auto table = readCsv(*file.bytes);
    if (!table)
        return table.error();
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
        if (const auto cells = csvCells(*table, row); !cells)
            return cells.error();
        if (const auto numbers = csvNumbers(*table, row); !numbers && !file.noNumber)
            file.noNumber = numbers.error();
    }
    QStringList names;
    for (const std::string &name : table->names)
        names << text(name);
    file.summary = inWords("%1 rows of %2 columns").arg(table->rows.size()).arg(table->columns);
    if (!names.isEmpty())
        file.summary += u": "_s + names.join(u", "_s);
    file.table = *std::move(table);
    return {};
}

Result<FileInput> fileOf(std::string bytes)
{
    constexpr std::size_t mostShown = 400;
    FileInput file;
    file.kind = bodyKind(bytes);
    file.bytes = std::make_shared<const std::string>(std::move(bytes));
    if (file.kind == BodyKind::Npy) {
        if (auto known = describeNpy(file); !known)
            return std::move(known).error();
    } else if (file.kind == BodyKind::Csv) {
        if (auto known = describeTable(file); !known)
            return std::move(known).error();
    } else {
        file.summary = text(printable(*file.bytes, mostShown));
    }
    return file;
}

} // namespace

Result<OpenedInput> inputFromBytes(std::string bytes, const QString &name)
{
    const auto named = [&](auto input) -> Result<OpenedInput> {
        if (!input)
            return Error{input.error().code, name.toStdString() + ": " + input.error().message};
        input->name = name;
        return OpenedInput(*std::move(input));
    };
    return looksLikeImage(bytesOf(bytes)) ? named(pictureOf(std::move(bytes)))
                                          : named(fileOf(std::move(bytes)));
}

Result<OpenedInput> readInput(const QString &path)
{
    Result<std::string> bytes = readFile(path.toStdString(), largestInput);
    if (!bytes)
        return bytes.error();
    Result<OpenedInput> input = inputFromBytes(std::move(*bytes), QFileInfo(path).fileName());
    if (input)
        std::visit([&](auto &opened) { opened.path = path; }, *input);
    return input;
}

Result<QString> savedAsFile(const PictureInput &picture)
{
    const QDir folder(QStandardPaths::writableLocation(QStandardPaths::CacheLocation));
    const QString path = folder.filePath(u"pasted.png"_s);
    if (!folder.mkpath(u"."_s))
        return Error{ErrorCode::FailedPrecondition,
                     "The folder " + folder.path().toStdString() + " cannot be made."};
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) ||
        file.write(picture.bytes->data(), static_cast<qint64>(picture.bytes->size())) < 0)
        return Error{ErrorCode::FailedPrecondition,
                     path.toStdString() + ": " + file.errorString().toStdString()};
    return path;
}

QImage asQImage(const Image &image)
{
    const qsizetype stride = qsizetype(image.width) * 3;
    return QImage(image.rgb.data(), image.width, image.height, stride, QImage::Format_RGB888)
        .convertToFormat(QImage::Format_RGB32);
}

QImage preview(const QImage &image)
{
    const QSize most(PictureView::previewSide, PictureView::previewSide);
    if (image.width() <= most.width() && image.height() <= most.height())
        return image;
    return image.scaled(most, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

} // namespace warmbench::ui
