// The same script in JavaScript: node's http and onnxruntime-node.
// MODEL, SHAPE ("1,64") and PORT in the environment; NODE_PATH finds onnxruntime-node.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const ort = createRequire(process.env.NODE_PATH + "/")("onnxruntime-node");
const shape = process.env.SHAPE.split(",").map(Number);
const session = await ort.InferenceSession.create(process.env.MODEL, { intraOpNumThreads: 1 });
const [inputName] = session.inputNames;
const [outputName] = session.outputNames;

async function predict(body) {
  const values = Float32Array.from(JSON.parse(body).input);
  const outputs = await session.run({ [inputName]: new ort.Tensor("float32", values, shape) });
  return JSON.stringify({ prediction: [Array.from(outputs[outputName].data)] });
}

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    try {
      const answer = await predict(Buffer.concat(chunks).toString());
      response.writeHead(200, { "Content-Type": "application/json" }).end(answer);
    } catch (error) {
      response.writeHead(400, { "Content-Type": "application/json" }).end(JSON.stringify({ error: String(error) }));
    }
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
