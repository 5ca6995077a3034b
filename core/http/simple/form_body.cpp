#include "http/simple/form_body.h"

#include "http/bodies/multipart.h"
#include "inference/body/prediction_body.h"

namespace warmbench::http {

Result<InputDecoder> decoderFor(std::string body, std::string_view contentType)
{
    auto kept = std::make_shared<const std::string>(std::move(body));
    if (!isMultipart(contentType) || kept->empty())
        return bodyDecoder(std::move(kept));
    if (const auto boundary = multipartBoundary(contentType); !boundary)
        return boundary.error();
    return InputDecoder(
        [kept, type = std::string(contentType)](const ModelBundle &model, RunControl &control) {
            const auto content = multipartInput(*kept, type);
            return content ? readBody(targetOf(model), *content, kept, control)
                           : Result<InferenceInputs>(content.error());
        });
}

} // namespace warmbench::http
