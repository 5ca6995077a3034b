// The grammar of a prediction's body: what POST /predict, `warmbench predict` and the window take,
// recognized by its first bytes. The table in README.md lists the kinds of bodies. The receiver has
// already undone content codings and taken the file out of a form.
//
// Thread: any; pure functions. Small bodies are read in microseconds; large ones on a worker,
// within what the RunControl allows. Errors: InvalidArgument with what came, what was expected and
// how to mend it, and those of the control.
#pragma once

#include "inference/body/body_target.h"
#include "inference/body/input_bytes.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

enum class BodyKind : std::uint8_t { Empty, Picture, Npy, Object, List, Csv, Unknown };
BodyKind bodyKind(std::string_view body);

// True for the keys that a body in JSON may have: "input", "inputs", "tensors", "features",
// "image_b64".
bool isBodyKey(std::string_view key);

// The endings of files that hold a body, in lower case.
std::vector<std::string_view> bodyEndings();

// A picture, .npy, an object with one of these keys, a list (which means the same as "input"), or
// CSV with one sample in each row. `keeper` owns the body and stays alive while samples are still
// to be read from it.
Result<InferenceInputs> readBody(const BodyTarget &target, std::string_view body,
                                 const Keeper &keeper, RunControl &control);

// The same for the model that answers; an empty body is refused at once.
Result<InputDecoder> bodyDecoder(std::shared_ptr<const std::string> body);

} // namespace warmbench
