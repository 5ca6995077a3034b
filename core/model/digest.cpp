#include "model/file_model_source.h"

#include "base/file.h"

#include <fmt/format.h>
#include <QCryptographicHash>
#include <QFile>

namespace warmbench {

namespace {

// How much is read at a time; larger pieces do not read faster.
constexpr qint64 pieceSize = qint64(1) << 20;

std::string named(const QCryptographicHash &hash)
{
    return "sha256:" + hash.result().toHex().toStdString();
}

} // namespace

Result<std::string> digestOf(const std::vector<std::filesystem::path> &files)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    QByteArray piece(pieceSize, Qt::Uninitialized);
    for (const std::filesystem::path &path : files) {
        auto opened = openRegularFile(path);
        if (!opened) // no InvalidArgument: the caller is not to blame for the model's files
            return failedPrecondition(opened.error().message);
        QFile file;
        const auto failed = [&] {
            return failedPrecondition(fmt::format("\"{}\" cannot be read: {}; check that it is "
                                                  "there and its permissions.",
                                                  path.string(), file.errorString().toStdString()));
        };
        if (!file.open(opened->get(), QIODevice::ReadOnly | QIODevice::Unbuffered))
            return failed();
        const std::string head = fmt::format("{}\n{}\n", path.filename().string(), file.size());
        hash.addData(QByteArray::fromStdString(head));
        for (;;) {
            const qint64 got = file.read(piece.data(), piece.size());
            if (got < 0)
                return failed();
            if (got == 0)
                break;
            hash.addData(QByteArrayView(piece.constData(), got));
        }
    }
    return named(hash);
}

std::string digestWith(const std::string &digest, std::string_view text)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArray::fromStdString(digest + '\n'));
    hash.addData(QByteArrayView(text.data(), static_cast<qsizetype>(text.size())));
    return named(hash);
}

} // namespace warmbench
