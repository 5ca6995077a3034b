// Bodies that a model takes, made from what it says of its inputs: [{ name, datatype, shape }], -1 where an extent is free.

const mostNumbers = 20_000; // in an example of a model that takes pictures as well

// A grey picture of 16 x 16 (BMP), as base64.
const picture = (() => {
  const four = (number) => String.fromCharCode(number & 255, (number >> 8) & 255, 0, 0);
  const pixels = "~".repeat(16 * 16 * 3);
  return btoa(`BM${four(54 + pixels.length)}${four(0)}${four(54)}${four(40)}${four(16)}${four(16)}\x01\0\x18\0${four(0)}${four(pixels.length)}${four(0).repeat(4)}${pixels}`);
})();

function valueOf({ datatype }) {
  if (/^bool/i.test(datatype)) return false;
  if (/^(bytes|string)/i.test(datatype)) return "text";
  return /^u?int/i.test(datatype) ? 0 : 0.5;
}

const countOf = (extents) => extents.reduce((product, extent) => product * extent, 1);
const extentsOf = ({ shape }) => shape.map((extent, i) => (extent >= 0 ? extent : i === 0 ? 1 : shape.length === 4 ? 32 : 8));
const nested = (value, [extent, ...rest]) => (extent === undefined ? value : Array.from({ length: extent }, () => nested(value, rest)));
const whole = (input) => nested(valueOf(input), extentsOf(input));

// As the server decides it: core/inference/batching.h.
const batched = (inputs) => inputs.every(({ shape }) => shape.length > 1 && (shape[0] === 1 || shape[0] < 0));
const sampleOf = (input, inputs) => nested(valueOf(input), extentsOf(input).slice(batched(inputs) ? 1 : 0));
const byName = (inputs, value) => Object.fromEntries(inputs.map((input) => [input.name, value(input)]));

const takesPictures = ({ takes }) => takes === "pictures";

// A value of a column to begin with.
function beginning({ dtype, min, default: value, example }) {
  const number = value ?? (example ? Number(example) : min ?? 0);
  if (/^string/i.test(dtype)) return example ?? "text";
  return /^bool/i.test(dtype) ? Boolean(number) : number;
}

function predictExamples(model) {
  const { inputs, features } = model;
  const [first] = inputs;
  const several = inputs.length > 1;
  return [
    features.length && ["A row of a table model", { features: Object.fromEntries(features.map((one) => [one.name, beginning(one)])) }],
    !several && ["One sample", { input: sampleOf(first, inputs) }],
    !several && ["Several samples", { inputs: [sampleOf(first, inputs), sampleOf(first, inputs)] }],
    ["The network's inputs by name", { tensors: byName(inputs, whole) }],
    takesPictures(model) && ["A picture", { image_b64: picture }],
  ];
}

function inferExamples(model) {
  const { inputs, outputs } = model;
  const tensors = inputs.map((input) => {
    const shape = extentsOf(input);
    return { name: input.name, shape, datatype: input.datatype, data: Array(countOf(shape)).fill(valueOf(input)) };
  });
  const scores = outputs.find(({ shape, datatype }) => shape.length === 2 && datatype.startsWith("FP"));
  return [
    ["One sample", { id: "1", inputs: tensors }],
    scores && ["The two best classes", { inputs: tensors, outputs: [{ name: scores.name, parameters: { classification: 2 } }] }],
    takesPictures(model) && inputs.length === 1 && ["A picture", { inputs: [{ name: inputs[0].name, shape: [1], datatype: "BYTES", data: [picture] }] }],
  ];
}

function tensorFlowExamples(model) {
  const { inputs } = model;
  const [first] = inputs;
  const several = inputs.length > 1;
  return [
    ["Rows", { instances: [several ? byName(inputs, (input) => sampleOf(input, inputs)) : sampleOf(first, inputs)] }],
    ["Columns", { inputs: several ? byName(inputs, whole) : whole(first) }],
    takesPictures(model) && inputs.length === 1 && ["A picture", { instances: [{ b64: picture }] }],
  ];
}

const makers = { PredictionRequest: predictExamples, InferRequest: inferExamples, TensorFlowRequest: tensorFlowExamples };

export const describesPredictions = (schema) => schema in makers;

// [summary, body] of each kind of request that the model takes. Of a model with very large pictures only the picture.
export function examplesFor(schema, model) {
  const large = takesPictures(model) && countOf(extentsOf(model.inputs[0])) > mostNumbers;
  const all = makers[schema](model).filter(Boolean);
  return large ? all.filter(([summary]) => summary === "A picture") : all;
}

// What the demo begins with for a model that takes numbers alone.
export function plainExample(inputs) {
  return JSON.stringify(inputs.length > 1 ? { tensors: byName(inputs, whole) } : { input: sampleOf(inputs[0], inputs) });
}
