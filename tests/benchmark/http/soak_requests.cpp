#include "soak_requests.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <numeric>

namespace warmbench::soak {

namespace {

constexpr std::size_t pixels = std::size_t{3} * 80 * 80;

std::string post(std::string_view path, std::string_view body, bool close,
                 std::string_view fields = {})
{
    return fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}{}\r\n{}",
                       path, body.size(), close ? "Connection: close\r\n" : "", fields, body);
}

std::string chunked(std::string_view path, std::string_view body, bool close)
{
    std::string text =
        fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n{}\r\n",
                    path, close ? "Connection: close\r\n" : "");
    for (const std::string_view piece : {body.substr(0, 7), body.substr(7, 20), body.substr(27)})
        text += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    return text + "0\r\n\r\n";
}

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

template <typename T, std::size_t count>
std::string bytesOf(const std::array<T, count> &values)
{
    return {reinterpret_cast<const char *>(values.data()), sizeof(values)};
}

// `first`, then whole numbers from `second` on.
std::array<std::int32_t, 16> upFrom(int first, int second)
{
    std::array<std::int32_t, 16> values{};
    std::iota(values.begin(), values.end(), second - 1);
    values[0] = first;
    return values;
}

std::string listOf(const std::array<std::int32_t, 16> &values)
{
    return fmt::format("{}", fmt::join(values, ","));
}

// ---- /predict ----

std::string simpleWire(int number, bool close)
{
    const std::string body = fmt::format(
        "{{\"tensors\": {{\"a\": [[{},1,2],[3,4,5]], \"b\": [[1,1,1],[1,1,1]]}}}}", number);
    return number % 16 == 0 ? chunked("/predict/add", body, close)
                            : post("/predict/add", body, close);
}

bool simpleFits(int number, int status, std::string_view body)
{
    constexpr std::string_view start = "{\"prediction\": [[";
    constexpr std::string_view rest = ",2,3],[4,5,6]], ";
    if (status != 200 || !body.starts_with(start))
        return false;
    body.remove_prefix(start.size());
    const std::string first(body.substr(0, body.find(',')));
    return std::strtod(first.c_str(), nullptr) == number + 1 &&
           body.substr(first.size()).starts_with(rest);
}

// ---- Open Inference Protocol ----

constexpr std::string_view addsub = "/v2/models/addsub_int32/infer";

std::string openWire(int number, bool close)
{
    constexpr std::string_view input =
        R"({{"name":"INPUT{}","shape":[1,16],"datatype":"INT32","data":[{}]}})";
    const std::string first = fmt::format(input, 0, listOf(upFrom(number, 1)));
    const std::string second = fmt::format(input, 1, "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1");
    return post(addsub, fmt::format(R"({{"id":"{}","inputs":[{},{}]}})", number, first, second),
                close);
}

bool openFits(int number, int status, std::string_view body)
{
    const auto data = [&](const std::array<std::int32_t, 16> &values) {
        return contains(body, "\"data\": [" + listOf(values) + "]");
    };
    return status == 200 && contains(body, fmt::format("\"id\": \"{}\"", number)) &&
           data(upFrom(number + 1, 2)) && data(upFrom(number - 1, 0));
}

// An infer request of binary inputs, all wanted back in binary.
std::string binaryWire(std::string_view path, std::string_view inputs, std::string_view blob,
                       bool close)
{
    const std::string json =
        fmt::format(R"({{"inputs":[{}],"parameters":{{"binary_data_output":true}}}})", inputs);
    return post(path, json + std::string(blob), close,
                fmt::format("Inference-Header-Content-Length: {}\r\n", json.size()));
}

std::string openBinaryWire(int number, bool close)
{
    constexpr std::string_view inputs =
        R"({"name":"INPUT0","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}},)"
        R"({"name":"INPUT1","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}})";
    std::array<std::int32_t, 16> ones{};
    ones.fill(1);
    return binaryWire(addsub, inputs, bytesOf(upFrom(number, 1)) + bytesOf(ones), close);
}

bool openBinaryFits(int number, int status, std::string_view body)
{
    return status == 200 &&
           body.ends_with(bytesOf(upFrom(number + 1, 2)) + bytesOf(upFrom(number - 1, 0)));
}

std::string pictureWire(int number, bool close)
{
    constexpr std::string_view input =
        R"({"name":"input","shape":[1,3,80,80],"datatype":"FP32","parameters":{"binary_data_size":76800}})";
    const std::array<float, pixels> picture = [number] {
        std::array<float, pixels> filled{};
        filled.fill(static_cast<float>(number) / numbers);
        return filled;
    }();
    return binaryWire("/v2/models/image_out/infer", input, bytesOf(picture), close);
}

bool pictureFits(int number, int status, std::string_view body)
{
    std::array<float, pixels> picture{};
    if (status != 200 || body.size() < sizeof(picture))
        return false;
    std::memcpy(picture.data(), body.data() + body.size() - sizeof(picture), sizeof(picture));
    const float expected = 1 - static_cast<float>(number) / numbers;
    // The engine may round differently where it fuses a sum, but not to the next number.
    return std::abs(picture[0] - expected) < 0.25F / numbers &&
           std::count(picture.begin(), picture.end(), picture[0]) == pixels;
}

// ---- refusals, which name what came ----

std::string unknownWire(int number, bool close)
{
    return post(fmt::format("/predict/none-{}", number), "{\"input\": [1]}", close);
}

bool unknownFits(int number, int status, std::string_view body)
{
    return status == 404 && contains(body, fmt::format("\\\"none-{}\\\"", number));
}

std::string wrongWire(int number, bool close)
{
    return post("/predict/add", fmt::format("{{\"key-{}\": 1}}", number), close);
}

bool wrongFits(int number, int status, std::string_view body)
{
    return status == 400 && contains(body, fmt::format("\\\"key-{}\\\"", number));
}

constexpr std::array<Kind, kindCount> kinds{{
    {"JSON", 40, simpleWire, simpleFits},
    {"Open Inference JSON", 30, openWire, openFits},
    {"Open Inference binary", 24, openBinaryWire, openBinaryFits},
    {"picture", 1, pictureWire, pictureFits},
    {"unknown model", 3, unknownWire, unknownFits},
    {"wrong body", 2, wrongWire, wrongFits},
}};

} // namespace

const Kind &kind(int index)
{
    return kinds.at(static_cast<std::size_t>(index));
}

} // namespace warmbench::soak
