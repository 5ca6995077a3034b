// The same script in JavaScript: node's http and onnxruntime-node.
// MODEL, SHAPE ("1,64"), PORT and THREADS (within one run; 0: the library's choice) in the environment; NODE_PATH finds
// onnxruntime-node. A body that is no JSON is the float32 numbers of the tensor as they are.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const ort = createRequire(process.env.NODE_PATH + "/")("onnxruntime-node");
const shape = process.env.SHAPE.split(",").map(Number);
const session = await ort.InferenceSession.create(process.env.MODEL, { intraOpNumThreads: Number(process.env.THREADS) });
const [inputName] = session.inputNames;
const [outputName] = session.outputNames;

function numbers(body, type) {
  if (type === "application/json") return Float32Array.from(JSON.parse(body.toString()).input);
  return new Float32Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.length));
}

async function predict(values) {
  const outputs = await session.run({ [inputName]: new ort.Tensor("float32", values, shape) });
  return JSON.stringify({ prediction: [Array.from(outputs[outputName].data)] });
}

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    try {
      const answer = await predict(numbers(Buffer.concat(chunks), request.headers["content-type"]));
      response.writeHead(200, { "Content-Type": "application/json" }).end(answer);
    } catch (error) {
      response.writeHead(400, { "Content-Type": "application/json" }).end(JSON.stringify({ error: String(error) }));
    }
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
