// Predicts for `warmbench predict`: in this process, or by a server that runs already. Thread:
// main.
#pragma once

#include "answer_summary.h"
#include "base/result.h"
#include "inference/body/predict_inputs.h"

#include <string>

namespace warmbench::app {

class Predictor
{
public:
    virtual ~Predictor() = default;
    // The answer as POST /predict gives it: one JSON object. Waits for it.
    virtual Result<std::string> predict(const PredictInput &input) = 0;
    // Whether the model takes one input of numbers, so that each cell of a table has to be one.
    virtual Result<bool> takesOnlyNumbers() = 0;
    // Of the model that answered last.
    virtual Result<OutputTypes> outputTypes() = 0;
};

} // namespace warmbench::app
