// Reads /openapi.json and sends real requests.

import { $, element, keepToken, keptToken } from "./dom.js";
import { describesPredictions, examplesFor } from "./examples.js";

const longest = 100_000; // characters of an answer that are shown

let description = {};
let defaultModel = "";

function resolved(thing) {
  while (thing?.$ref) thing = thing.$ref.slice(2).split("/").reduce((inside, key) => inside[key], description);
  return thing;
}

const authorization = () => (keptToken() ? { Authorization: `Bearer ${keptToken()}` } : {});

// ---- sending ----

// Path, query and header fields as the form has them.
function requestOf(path, verb, form) {
  const query = new URLSearchParams();
  const headers = {};
  let address = path;
  for (const field of form.querySelectorAll("input[data-in]")) {
    if (field.dataset.in === "path") address = address.replace(`{${field.name}}`, () => encodeURIComponent(field.value));
    else if (field.value && field.dataset.in === "header") headers[field.name] = field.value;
    else if (field.value) query.set(field.name, field.value);
  }
  Object.assign(headers, authorization());
  const body = form.querySelector("input[type=file]")?.files[0] ?? form.querySelector("textarea")?.value;
  const options = { method: verb.toUpperCase(), headers };
  if (body) options.body = body;
  return [query.size ? `${address}?${query}` : address, options];
}

async function textOf(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (type.startsWith("image/") || type.includes("octet-stream")) return `${(await answer.blob()).size} bytes of ${type}`;
  const text = await answer.text();
  return type.includes("json") && text ? JSON.stringify(JSON.parse(text), null, 1) : text;
}

async function send(path, verb, form, output) {
  output.hidden = false;
  output.textContent = "…";
  try {
    const answer = await fetch(...requestOf(path, verb, form));
    const text = await textOf(answer);
    const more = text.length > longest ? `\n… ${text.length} characters in all` : "";
    output.textContent = `${answer.status} ${answer.statusText}\n${text.slice(0, longest)}${more}`;
  } catch {
    output.textContent = "Warmbench does not answer; is it still running?";
  }
}

// ---- the page ----

function parameterField(parameter) {
  const field = element("input", { name: parameter.name, required: parameter.required === true });
  field.dataset.in = parameter.in;
  if (parameter.in === "path" && parameter.name === "name") {
    field.value = defaultModel;
    field.setAttribute("list", "models");
  } else if (parameter.in === "path" && parameter.name === "version") {
    field.value = "1";
  }
  const label = element("label", {}, parameter.name, field);
  if (parameter.description) label.append(element("span", { className: "quiet" }, parameter.description));
  return label;
}

// A text with examples to choose from; setExamples([[summary, value], ...]) leaves what somebody wrote.
function bodyFields(content) {
  const text = element("textarea", { rows: 3, spellcheck: false });
  const list = element("select");
  const choice = element("label", {}, "Example ", list);
  let shown = "";
  let bodies = [];
  const show = () => { text.value = shown = bodies[Number(list.value)] ?? "{}"; };
  const setExamples = (examples) => {
    bodies = examples.map(([, value]) => JSON.stringify(value));
    const before = list.selectedOptions[0]?.textContent;
    list.replaceChildren(...examples.map(([summary], i) => new Option(summary, String(i))));
    const again = [...list.options].find(({ textContent }) => textContent === before);
    if (again) again.selected = true;
    choice.hidden = examples.length < 2;
    if (text.value === shown) show();
  };
  list.addEventListener("change", show);
  const given = Object.values(content["application/json"]?.examples ?? {});
  setExamples(given.map(({ summary, value }, i) => [summary ?? `Example ${i + 1}`, value]));
  const fields = [choice, element("label", {}, "Body", text)];
  if (content["application/octet-stream"]) fields.push(element("label", {}, "or a file ", element("input", { type: "file" })));
  return { fields, setExamples };
}

async function asked(path) {
  const answer = await fetch(path, { headers: authorization() });
  if (!answer.ok) throw new Error(`${path} says ${answer.status}.`);
  return answer.json();
}

// What the model that the form names says of its inputs. A version that it has not gives way to its newest.
async function modelOf(form) {
  const name = encodeURIComponent(form.elements.name?.value || defaultModel);
  const field = form.elements.version;
  const { versions } = await asked(`/models/${name}`);
  if (field && versions.length && !versions.includes(field.value)) field.value = versions.at(-1);
  const { inputs, outputs } = await asked(`/v2/models/${name}${field ? `/versions/${encodeURIComponent(field.value)}` : ""}`);
  const { takes, features } = await asked(`/models/${name}`); // known by now
  return { inputs, outputs, takes, features };
}

const schemaOf = (content) => content?.["application/json"]?.schema?.$ref?.split("/").pop() ?? "";

function answersOf(operation) {
  const rows = Object.entries(operation.responses)
    .filter(([status]) => status !== "default")
    .map(([status, response]) => element("li", {}, element("b", {}, status), ` ${resolved(response).description}`));
  return element("details", {}, element("summary", {}, "Answers"), element("ul", {}, ...rows));
}

function route(path, verb, operation) {
  const form = element("form", { className: "route" });
  form.append(...(operation.parameters ?? []).map(parameterField));
  const content = operation.requestBody?.content;
  let filled = Promise.resolve();
  let fill = () => {};
  if (content) {
    const { fields, setExamples } = bodyFields(content);
    form.append(...fields);
    const schema = schemaOf(content);
    // Of a model that cannot be asked the description's own examples stay.
    if (describesPredictions(schema))
      fill = () => { filled = modelOf(form).then((model) => setExamples(examplesFor(schema, model))).catch(() => {}); };
  }
  form.elements.name?.addEventListener("change", fill);
  const goesOn = operation.responses["200"]?.content?.["text/event-stream"];
  const output = element("pre", { hidden: true, tabIndex: 0 });
  output.setAttribute("role", "status");
  form.append(goesOn ? element("a", { href: path }, "Open") : element("button", { type: "submit" }, "Send"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await filled;
    send(path, verb, form, output);
  });
  const code = element("code", {}, `${verb.toUpperCase()} ${path}`);
  const summary = element("summary", {}, code, ` ${operation.summary}`);
  if (operation.security) summary.append(" ", element("span", { className: "quiet" }, "Needs the token, if there is one."));
  const details = element("details", { id: operation.operationId }, summary, form, output, answersOf(operation));
  details.addEventListener("toggle", () => details.open && fill());
  return element("section", {}, details);
}

// What everybody uses comes first: the groups in this order, in each the routes as the description has them, and behind
// them those of one version and those that do the same under another name.
const order = ["Predict", "Models", "Server", "Open Inference Protocol", "TensorFlow Serving", "Pages"];
const isVariant = (path) => path.includes("{version}") || path.startsWith("/advanced_");

function show() {
  const groups = new Map();
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const [verb, operation] of Object.entries(operations)) {
      const [tag] = operation.tags;
      if (!groups.has(tag)) groups.set(tag, { plain: [], variants: [] });
      groups.get(tag)[isVariant(path) ? "variants" : "plain"].push(route(path, verb, operation));
    }
  }
  const place = ([tag]) => (order.includes(tag) ? order.indexOf(tag) : order.length);
  for (const [tag, { plain, variants }] of [...groups].sort((one, other) => place(one) - place(other))) {
    $("routes").append(element("h2", {}, tag), ...plain);
    if (variants.length) $("routes").append(element("h3", {}, "The same for one version, or under another name"), ...variants);
  }
}

$("token").value = keptToken();
$("token").addEventListener("change", () => keepToken($("token").value));
try {
  const json = { headers: { Accept: "application/json" } }; // or "/" is the demo
  const answers = await Promise.all(["/openapi.json", "/models?limit=100", "/"].map((path) => fetch(path, json)));
  const [read, { models }, index] = await Promise.all(answers.map((answer) => answer.json()));
  description = read;
  defaultModel = index.default_model ?? models[0]?.name ?? "";
  $("models").append(...models.map(({ name }) => new Option(name, name)));
  show();
} catch (error) {
  $("problem").hidden = false;
  $("problem").textContent = `The description could not be read: ${error.message}`;
}
$("routes").setAttribute("aria-busy", "false");
