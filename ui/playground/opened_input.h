// An input that the user opens, drops or pastes, prepared away from the GUI thread: a picture with
// its preview, or the bytes of .npy, CSV or JSON with a line about their content. Thread: values;
// any for the functions that read, which block on the disk and decode.
#pragma once

#include "inference/body/prediction_body.h"
#include "tensor/csv.h"
#include "tensor/image.h"

#include <memory>
#include <optional>
#include <QImage>
#include <QString>
#include <string>
#include <variant>

namespace warmbench::ui {

// A picture as bytes; the run decodes it, as for any client.
struct PictureInput
{
    std::shared_ptr<const std::string> bytes;
    QString path; // empty if it was pasted
    QString name; // for people
    QImage preview;
    QSize size;             // pixels, orientation applied
    bool ofRequest = false; // a client sent it: it is never written to disk unasked
};

// Any other bytes; the grammar of bodies takes or refuses them.
struct FileInput
{
    std::shared_ptr<const std::string> bytes;
    QString path; // empty if it was pasted
    QString name; // for people
    BodyKind kind = BodyKind::Unknown;
    QString summary;
    std::optional<CsvTable> table; // its views point into the bytes
    // The first cell of the table that is no number, for a model that takes only numbers.
    std::optional<Error> noNumber;
};

// Of a file.
inline constexpr Bytes largestInput = mebibytes(256);

using OpenedInput = std::variant<PictureInput, FileInput>;

// Reads an input; its content decides what it is. Errors name the file.
Result<OpenedInput> readInput(const QString &path);
Result<OpenedInput> inputFromBytes(std::string bytes, const QString &name);

// The path of a file with the bytes of a pasted picture, so that a command line can name it.
Result<QString> savedAsFile(const PictureInput &picture);

QImage asQImage(const Image &image);
// A copy that is no larger than a view can show.
QImage preview(const QImage &image);

} // namespace warmbench::ui
