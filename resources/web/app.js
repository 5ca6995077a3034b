// The demo page: choose a model, give it a picture or numbers, see what it says and what the cache did.

import * as api from "./api.js";
import { LineChart } from "./charts.js";

const $ = (id) => document.getElementById(id);
const percent = (score) => `${(score * 100).toFixed(1)} %`;
const memoryText = (bytes) => (bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`);

let model = null; // what GET /models/NAME says of the chosen one
let picture = null; // the File or Blob to send

// ---- messages ----

function showProblem(error) {
  $("problem").hidden = !error;
  $("problem").textContent = error ? error.message : "";
  if (error?.status === 401) $("access").open = true;
  if (error && !(error instanceof api.ApiError)) throw error;
}

async function guarded(work) {
  try {
    await work();
    showProblem(null);
  } catch (error) {
    showProblem(error);
  }
}

function fill(list, rows) {
  list.replaceChildren(
    ...rows.flatMap(([name, value]) => {
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      term.textContent = name;
      text.textContent = value;
      return [term, text];
    }),
  );
}

// ---- models ----

async function refreshModels() {
  const models = await api.listModels();
  const chosen = $("model").value;
  $("model").replaceChildren(...models.map(({ name }) => new Option(name, name)));
  if (models.some(({ name }) => name === chosen)) $("model").value = chosen;
  if (!models.length) throw new api.ApiError("No model is open; open one in Warmbench.");
  const name = $("model").value;
  if (!model || model.name !== name) await chooseModel();
  else showState(models.find((one) => one.name === name));
}

function showState(status) {
  $("state").textContent = status.changed_on_disk ? "changed on disk" : status.state;
  $("state").title = status.reason ?? "";
}

// What the input looks like is known once the model is loaded.
async function chooseModel() {
  const name = $("model").value;
  model = await api.describe(name);
  showState(model);
  if (!model.inputs) {
    model = await api.load(name);
    showState(model);
  }
  const features = model.settings?.input?.features ?? [];
  const [input] = model.inputs;
  const takesPictures = !features.length && input.shape.length === 4;
  $("picture-input").hidden = !takesPictures;
  $("shape").textContent = `${input.name} [${input.shape.join(", ")}]`;
  showFeatures(features);
  $("number-input").hidden = features.length > 0;
  showCurl();
}

function showFeatures(features) {
  const form = $("feature-input");
  form.hidden = !features.length;
  form.replaceChildren(
    ...features.map((feature) => {
      const label = document.createElement("label");
      const field = document.createElement("input");
      Object.assign(field, { type: "number", step: "any", name: feature.name, value: feature.default ?? 0 });
      label.append(feature.unit ? `${feature.name}, ${feature.unit}` : feature.name, field);
      return label;
    }),
  );
}

// ---- input ----

function currentInput() {
  if (!$("feature-input").hidden) {
    const features = Object.fromEntries([...$("feature-input").elements].map((field) => [field.name, field.valueAsNumber]));
    return { body: JSON.stringify({ features }) };
  }
  const text = $("numbers").value.trim();
  if (!text && !$("picture-input").hidden) return { file: picture ?? { name: "picture.png" } };
  return { body: text.startsWith("{") ? text : `{"input": ${text || "[]"}}` };
}

function showCurl() {
  if (model) $("curl").textContent = api.curlLine(model.name, currentInput());
}

async function takePicture(file) {
  if (!file?.type.startsWith("image/")) throw new api.ApiError("That is no picture; drop a PNG, JPEG, WebP, BMP or GIF.");
  picture = file;
  $("numbers").value = "";
  await drawPicture([]);
  await run();
}

async function drawPicture(detections) {
  const bitmap = await createImageBitmap(picture);
  const canvas = $("preview");
  canvas.hidden = false;
  $("drop").firstElementChild.hidden = true;
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const unit = Math.max(bitmap.width, bitmap.height) / 300;
  context.lineWidth = unit;
  context.font = `${5 * unit + 8}px system-ui, sans-serif`;
  context.strokeStyle = context.fillStyle = getComputedStyle(canvas).getPropertyValue("--accent");
  for (const { box_xywh: box, label, score } of detections) {
    context.strokeRect(...box);
    context.fillText(`${label} ${percent(score)}`, box[0], Math.max(box[1] - 2 * unit, 14));
  }
}

// ---- run ----

async function run() {
  if (!model) return;
  const input = currentInput();
  showCurl();
  if (input.file && !picture) throw new api.ApiError("Drop or choose a picture first, or write numbers.");
  $("result").setAttribute("aria-busy", "true");
  try {
    const answer = input.file
      ? await api.predict(model.name, input.file, input.file.type)
      : await api.predict(model.name, input.body, "application/json");
    await showAnswer(answer);
  } finally {
    $("result").setAttribute("aria-busy", "false");
  }
}

function sentence({ results, prediction }) {
  const [first] = results ?? [];
  if (first?.classes?.length) return `${first.classes[0].label} (${percent(first.classes[0].score)})`;
  if (first?.image) return `A picture, ${first.image.width} x ${first.image.height}`;
  if (first?.detections) return `${first.detections.length} found`;
  const text = JSON.stringify(prediction);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

async function showAnswer(answer) {
  $("answer").classList.remove("quiet");
  $("answer").textContent = sentence(answer);
  const [first] = answer.results ?? [];
  $("classes").replaceChildren(
    ...(first?.classes ?? []).map(({ label, score }) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      const bar = document.createElement("meter");
      const value = document.createElement("span");
      name.textContent = label;
      Object.assign(bar, { min: 0, max: 1, value: score });
      bar.setAttribute("aria-label", label);
      value.textContent = percent(score);
      value.className = "score";
      row.append(name, bar, value);
      return row;
    }),
  );
  if (first?.detections && picture) await drawPicture(first.detections);
  $("picture").hidden = !first?.image;
  if (first?.image) {
    URL.revokeObjectURL($("picture").src);
    $("picture").src = URL.createObjectURL(await api.predictPicture(model.name, picture));
  }
  const phases = Object.entries(answer.timings_ms).map(([phase, ms]) => [phase, `${ms.toFixed(2)} ms`]);
  fill($("timings"), [["model in the cache", answer.cache], ...phases]);
  const whole = JSON.stringify(answer, null, 1);
  $("raw").textContent = whole.length > 20_000 ? `${whole.slice(0, 20_000)}\n… ${whole.length} characters in all` : whole;
}

// ---- cache ----

const rates = new LineChart($("rates"), [
  { name: "hits/s", colour: "--hit" },
  { name: "misses/s", colour: "--miss" },
], (value) => (value ?? 0).toFixed(0));
const memory = new LineChart($("memory"), [
  { name: "models", colour: "--hit" },
  { name: "process", colour: "--budget", dashed: true },
], (value) => memoryText(value ?? 0));
let before = null;

function showStats(stats) {
  if (before) rates.push([stats.hits - before.hits, stats.misses - before.misses]);
  before = stats;
  memory.push([stats.model_bytes, stats.rss_bytes]);
  fill($("figures"), [
    ["hits", stats.hits],
    ["misses", stats.misses],
    ["coalesced", stats.coalesced],
    ["loads", stats.loads],
    ["evictions", stats.evictions],
    ["models", memoryText(stats.model_bytes)],
    ["budget", memoryText(stats.budget_bytes)],
    ["process", memoryText(stats.rss_bytes)],
  ]);
}

// ---- events ----

$("model").addEventListener("change", () => guarded(chooseModel));
$("run").addEventListener("click", () => guarded(run));
$("feature-input").addEventListener("submit", (event) => {
  event.preventDefault();
  guarded(run);
});
$("token").addEventListener("change", () => {
  api.setToken($("token").value);
  guarded(refreshModels);
});
$("file").addEventListener("change", () => guarded(() => takePicture($("file").files[0])));
$("drop").addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    $("file").click();
  }
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") guarded(() => takePicture(event.dataTransfer.files[0]));
  });
}
document.addEventListener("paste", (event) => {
  const [file] = event.clipboardData.files;
  if (file) guarded(() => takePicture(file));
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") guarded(run);
});
$("numbers").addEventListener("input", showCurl);
$("feature-input").addEventListener("input", showCurl);
$("copy").addEventListener("click", () => {
  if (navigator.clipboard) guarded(() => navigator.clipboard.writeText($("curl").textContent));
  else getSelection().selectAllChildren($("curl")); // a page of another machine may not write to the clipboard
});

// What happens to models by itself is no reason to take a message away.
api.listen(showStats, () => refreshModels().catch(() => {}));
guarded(refreshModels);
