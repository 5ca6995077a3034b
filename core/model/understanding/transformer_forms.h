// Tells detectors that answer a fixed number of queries: DETR and YOLOS, RT-DETR and D-FINE, their
// original exports with an input for the size, RF-DETR.
//
// Hugging Face gives both DETR and RT-DETR the outputs `logits` and `pred_boxes`: with one score
// more than there are classes, softmax is meant, and the last one is "none"; with as many, sigmoid.
// Sources: huggingface/transformers models/detr and models/rt_detr, lyuwenyu/RT-DETR
// rtdetrv2_pytorch/tools/export_onnx.py, Peterande/D-FINE tools/deployment/export_onnx.py,
// roboflow/rf-detr rfdetr/deploy/export.py. Thread: pure functions. Private to this folder.
#pragma once

#include "engine/network_spec.h"
#include "model/understanding/hints.h"

#include <optional>
#include <vector>

namespace warmbench {

// Nothing if no form fits. Of `logits` it takes 300 queries for sigmoid and others for softmax.
std::optional<Hints> transformerFormHints(const NetworkSpec &spec);

// Where the outputs are `logits` and `pred_boxes`: replaces what the form was taken for by what
// other sources tell, the name of the model's kind or the count of its classes, and adds a warning
// where none does.
void settleTransformer(const NetworkSpec &spec, const ModelSettings &settings,
                       std::vector<Hints> &hints);

} // namespace warmbench
