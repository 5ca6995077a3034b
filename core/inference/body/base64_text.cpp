#include "inference/body/base64_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <QByteArray>

namespace warmbench {

Result<std::string> bytesFromBase64(std::string_view text, std::string_view what)
{
    if (text.starts_with("data:"))
        text.remove_prefix(std::min(text.find(',') + 1, text.size()));
    QByteArray plain(text.data(), static_cast<qsizetype>(text.size()));
    plain.removeIf([](char c) { return c == '\n' || c == '\r' || c == ' '; });
    const auto decoded = QByteArray::fromBase64Encoding(
        std::move(plain), QByteArray::Base64Encoding | QByteArray::AbortOnBase64DecodingErrors);
    if (decoded.decodingStatus != QByteArray::Base64DecodingStatus::Ok)
        return invalidArgument(fmt::format(
            "{} is not valid base64: encode the bytes as `base64 -w0 FILE` does.", what));
    return decoded.decoded.toStdString();
}

} // namespace warmbench
