// Bodies of the Open Inference Protocol's binary tensor extension: JSON, then the tensors' bytes.
// Thread: any; pure functions.
#pragma once

#include "http_client.h"

#include <cstdint>
#include <cstdlib>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <string>
#include <vector>

namespace warmbench {

constexpr auto lengthField = "inference-header-content-length";

template <typename T>
std::string raw(const std::vector<T> &values)
{
    return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)};
}

inline std::string element(const std::string &text)
{
    return raw<std::uint32_t>({static_cast<std::uint32_t>(text.size())}) + text;
}

inline std::string headerField(std::size_t length)
{
    return "Inference-Header-Content-Length: " + std::to_string(length) + "\r\n";
}

// The JSON of an answer that may have bytes after it.
inline QJsonObject headOf(const HttpResponse &answer)
{
    const auto length = static_cast<std::size_t>(std::atoll(answer.field(lengthField).c_str()));
    return QJsonDocument::fromJson(QByteArray::fromStdString(answer.body.substr(0, length)))
        .object();
}

// The bytes of a binary output after the answer's JSON; empty if there are none.
inline std::string blobOf(const HttpResponse &answer, const char *output)
{
    const auto length = static_cast<std::size_t>(std::atoll(answer.field(lengthField).c_str()));
    const QJsonObject json = headOf(answer);
    std::size_t at = length;
    for (const auto &entry : json[QLatin1String("outputs")].toArray()) {
        const QJsonObject object = entry.toObject();
        const auto size =
            static_cast<std::size_t>(object[QLatin1String("parameters")]
                                         .toObject()[QLatin1String("binary_data_size")]
                                         .toInt());
        if (object[QLatin1String("name")].toString() == QLatin1String(output))
            return answer.body.substr(at, size);
        at += size;
    }
    return {};
}

} // namespace warmbench
