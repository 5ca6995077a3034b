// An input that a person opens, drops or pastes, made ready off the GUI thread: a picture with its
// preview, or the bytes of .npy, CSV or JSON with a line on what they hold.
// Thread: values; the reading functions any, they block on the disk and decode.
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

// A picture as bytes, decoded by the run itself as for any client.
struct PictureInput
{
    std::shared_ptr<const std::string> bytes;
    QString path; // empty where it was pasted
    QString name; // for people
    QImage preview;
    QSize size; // pixels, orientation applied
};

// Anything else that the grammar of bodies takes, or will refuse.
struct FileInput
{
    std::shared_ptr<const std::string> bytes;
    QString path; // empty where it was pasted
    QString name; // for people
    BodyKind kind = BodyKind::Unknown;
    QString summary;
    std::optional<CsvTable> table; // its views point into the bytes

    // What a client would post: all of it, or one row of a table behind its header.
    std::shared_ptr<const std::string> body(std::size_t row) const;
};

using OpenedInput = std::variant<PictureInput, FileInput>;

// Told by their content. Errors name the file.
Result<OpenedInput> readInput(const QString &path);
Result<OpenedInput> inputFromBytes(std::string bytes, const QString &name);

QImage asQImage(const Image &image);
// No larger than a view shows.
QImage preview(const QImage &image);

} // namespace warmbench::ui
