// Reads MLmodel, the file in which MLflow says what a folder holds (mlflow/mlflow:docs, "MLflow
// Models"): flavors.onnx.data names the network's file, and signature.inputs, JSON as a text, names
// the columns of a table or the one tensor. saved_input_example_info names a file with rows of that
// table: JSON, {"columns": [...], "data": [[...]]}, or rows alone, or under "inputs" or
// "dataframe_records". Thread: pure functions.
#pragma once

#include "base/result.h"
#include "model/understanding/hints.h"

#include <string>
#include <string_view>

namespace warmbench {

struct MlflowModel
{
    std::string file; // of the network, below the folder; empty: the folder holds no ONNX file
    std::string exampleFile; // the same; empty: there is none
    Hints hints;
};

// InvalidArgument: no YAML, with line and column.
Result<MlflowModel> readMlmodel(std::string_view text);

// The first row of an example; none if it is no table. InvalidArgument: no JSON.
Result<std::vector<Example>> readMlflowExample(std::string_view text);

} // namespace warmbench
