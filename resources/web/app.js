// The demo page: choose a model, give it an example, a picture or numbers, see what it says and what the cache did.

import * as api from "./api.js";
import { LineChart } from "./charts.js";
import { drawPicture } from "./drawing.js";
import { $, element, fill, keepToken, keptToken, memoryText } from "./dom.js";
import { examplesOf, leaveExamples, showExamples } from "./example_strip.js";
import { plainExample } from "./examples.js";
import { clearAnswer, showAnswer } from "./result.js";

let model = null; // what GET /models/NAME says of the chosen one
let choosing = Promise.resolve(); // until it is known
let picture = null; // the File to send
let example = ""; // numbers that nobody wrote

// ---- messages ----

function showProblem(error) {
  $("problem").hidden = !error;
  $("problem").textContent = error ? error.message : "";
  if (error?.status === 401) {
    $("access").open = true;
    $("token").focus();
  }
  if (error && !(error instanceof api.ApiError)) throw error;
}

// What was begun last has the word: an answer to something before, wherever it was held up, says nothing any more.
let begun = 0;
async function reporting(work) {
  const mine = ++begun;
  const problem = await work().then(() => null, (error) => error);
  if (mine === begun) showProblem(problem);
}

// ---- models ----

// The star's model comes first: it answers requests that name none.
async function refreshModels() {
  const [listed, star] = await Promise.all([api.listModels(), api.star()]);
  const names = listed.map(({ name }) => name);
  const sorted = names.includes(star) ? [star, ...names.filter((name) => name !== star)] : names;
  const known = [...$("model").options].map(({ value }) => value);
  if (sorted.join("/") !== known.join("/")) { // no name has a slash
    const chosen = $("model").value;
    $("model").replaceChildren(...sorted.map((name) => new Option(name === star ? `${name} ★` : name, name)));
    if (names.includes(chosen)) $("model").value = chosen;
  }
  $("none").hidden = names.length > 0;
  $("bench").hidden = $("terminal").hidden = !names.length;
  $("model").disabled = !names.length;
  if (!names.length) {
    model = null;
    $("state").textContent = "";
    return;
  }
  if (model?.name !== $("model").value) await choose();
  else await refreshState();
}

async function refreshState() {
  const status = await api.describe(model.name);
  if (status.name === model.name) showState(status);
}

function showState(status) {
  $("state").textContent = status.changed_on_disk ? "changed on disk" : status.state;
  $("state").title = status.reason ?? "";
}

function choose() {
  choosing = chooseModel();
  return choosing;
}

// What the input looks like is known once the model is loaded.
async function chooseModel() {
  const name = $("model").value;
  const stillChosen = () => $("model").value === name;
  let found = await api.describe(name);
  if (stillChosen()) showState(found);
  if (stillChosen() && model?.name !== name) { // nothing of the model before stays, should this one not load
    forgetAnswer();
    $("shape").textContent = $("about").textContent = $("curl").textContent = "";
  }
  if (!found.inputs) {
    if (stillChosen()) $("state").textContent = "loading";
    found = await api.load(name);
  }
  const examples = await examplesOf(found);
  if (!stillChosen()) return;
  if (model?.name !== name) forgetAnswer();
  model = found;
  showState(model);
  showInputs();
  $("invitation").textContent = `${examples.length ? "Choose an example above, drop" : "Drop"} a picture here, paste one, or press Enter to choose a file`;
  showExamples(examples, (one) => reporting(() => takeExample(one)));
}

// The picture stays, to be tried on the other model, but not what was drawn on it.
function forgetAnswer() {
  clearAnswer();
  if (picture) drawPicture(picture, []);
}

function showInputs() {
  const { inputs, features, takes, understood } = model;
  const pictures = takes === "pictures";
  $("bench").dataset.takes = takes;
  $("about").textContent = understood?.summary ?? "";
  $("picture-input").hidden = !pictures;
  $("shape").textContent = inputs.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ");
  if ($("numbers").value === example) $("numbers").value = example = !pictures && !features.length ? exampleFor(inputs) : "";
  $("feature-input").hidden = !features.length;
  $("feature-input").replaceChildren(...features.map(featureField));
  $("number-input").hidden = features.length > 0;
  $("number-input").open = !pictures || $("numbers").value !== "";
  showCurl();
}

// What a model takes that has neither features nor pictures, to be written over.
function exampleFor(inputs) {
  return inputs.length ? plainExample(inputs.map(({ name, dtype, shape }) => ({ name, datatype: dtype, shape }))) : "";
}

// Examples of tables may write true and false as text.
const isTrue = (value) => String(value).toLowerCase() === "true" || Number(value) > 0;

function featureField({ name, dtype, unit, default: value, example: begin, given }) {
  const kind = /^string/i.test(dtype) ? { type: "text", value: given ?? begin ?? "" }
    : /^bool/i.test(dtype) ? { type: "checkbox", checked: isTrue(given ?? value ?? begin ?? 0) }
    : { type: "number", step: "any", value: given ?? value ?? begin ?? 0 };
  const field = element("input", { name, ...kind });
  return element("label", {}, unit ? `${name}, ${unit}` : name, field);
}

// ---- input ----

// A field that is left empty takes the model's default.
function featuresGiven() {
  const given = { text: (field) => field.value, checkbox: (field) => field.checked, number: (field) => field.valueAsNumber };
  const fields = [...$("feature-input").elements].filter(({ type }) => type in given);
  const values = fields.map((field) => [field.name, given[field.type](field)]);
  return Object.fromEntries(values.filter(([, value]) => !Number.isNaN(value)));
}

function currentInput() {
  if (!$("feature-input").hidden) return { body: JSON.stringify({ features: featuresGiven() }) };
  const text = $("numbers").value.trim();
  if (!text && !$("picture-input").hidden) return { file: picture ?? { name: "picture.png" } };
  return { body: text.startsWith("{") ? text : `{"input": ${text || "[]"}}` };
}

function showCurl(input = currentInput()) {
  if (model) $("curl").textContent = api.curlLine(model.name, input);
}

// What is written by hand is no example.
function inputChanged() {
  leaveExamples();
  showCurl();
}

async function takePicture(file) {
  if (!file) return;
  if (!file.type.startsWith("image/")) throw new api.ApiError("That is no picture; drop a PNG, JPEG, WebP, BMP or GIF.");
  picture = file;
  $("numbers").value = "";
  await drawPicture(file, []);
  await run();
}

// The form begins anew, so that a column that the row leaves out takes the model's default.
function fillForm(features) {
  const fields = model.features.map((one) => featureField({ ...one, given: features[one.name] }));
  $("feature-input").replaceChildren(...fields);
}

// A row fills the form, a picture is shown; another body goes as it is.
async function takeExample({ name, kind, type, href, features }) {
  if (features) {
    fillForm(features);
    await run();
    return;
  }
  const file = new File([await api.blob(href)], name.split("/").at(-1), { type });
  await (kind === "picture" ? takePicture(file) : run({ file }));
}

function takeOwn(file) {
  leaveExamples();
  reporting(() => takePicture(file));
}

// ---- run ----

async function run(given = null) {
  await choosing; // who chooses a model and drops a picture at once means that model
  if (!model) return;
  const { name } = model;
  const input = given ?? currentInput();
  showCurl(input);
  if (!given && input.file && !picture) throw new api.ApiError("Choose an example or a picture first, or write numbers.");
  $("result").setAttribute("aria-busy", "true");
  try {
    const answer = await api.predict(name, input);
    if (model.name === name) await showAnswer(answer, name, input);
  } finally {
    $("result").setAttribute("aria-busy", "false");
  }
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
  const since = (key) => Math.max(0, stats[key] - before[key]); // a server that began anew counts from 0
  if (before) rates.push([since("hits"), since("misses")]);
  before = stats;
  memory.push([stats.model_bytes, stats.rss_bytes]);
  fill($("figures"), [
    ["answered", stats.answered],
    ["refused", stats.refused],
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

// What happens to models by itself is no reason to show a message or to take one away, but for the first look.
// Of many changes at once the last counts.
let looking = null;
function modelChanged(name) {
  if (name && name !== model?.name) return;
  const look = name && looking !== "all" ? "one" : "all";
  if (!looking)
    setTimeout(() => {
      const first = !model;
      const all = first || looking === "all";
      looking = null;
      (all ? refreshModels() : refreshState()).then(() => first && showProblem(null), () => {});
    }, 200);
  looking = look;
}

// ---- events ----

$("model").addEventListener("change", () => reporting(choose));
$("feature-input").addEventListener("submit", (event) => {
  event.preventDefault();
  reporting(() => run());
});
$("access-form").addEventListener("submit", (event) => {
  event.preventDefault();
  keepToken($("token").value);
  showCurl();
  reporting(refreshModels);
});
$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  $("file").value = ""; // so that the same file can be chosen again
  takeOwn(file);
});
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
    if (kind === "drop") takeOwn(event.dataTransfer.files[0]);
  });
}
document.addEventListener("paste", (event) => {
  const [file] = event.clipboardData.files;
  if (file) takeOwn(file);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") reporting(() => run());
});
$("numbers").addEventListener("input", inputChanged);
$("feature-input").addEventListener("input", inputChanged);
$("copy").addEventListener("click", () => {
  if (navigator.clipboard) reporting(() => navigator.clipboard.writeText($("curl").textContent));
  else getSelection().selectAllChildren($("curl")); // a page of another machine may not write to the clipboard
});

$("token").value = keptToken();
api.listen({
  figures: showStats,
  changed: modelChanged,
  lost: () => { $("connection").hidden = false; },
  found: () => { $("connection").hidden = true; },
});
reporting(refreshModels);
