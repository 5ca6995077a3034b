// Reads /openapi.json and sends real requests.

import { $, element, keepToken, keptToken } from "./dom.js";

const longest = 100_000; // characters of an answer that are shown

let description = {};
let firstModel = "";

function resolved(thing) {
  while (thing?.$ref) thing = thing.$ref.slice(2).split("/").reduce((inside, key) => inside[key], description);
  return thing;
}

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
  if (keptToken()) headers.Authorization = `Bearer ${keptToken()}`;
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
    field.value = firstModel;
    field.setAttribute("list", "models");
  } else if (parameter.in === "path" && parameter.name === "version") {
    field.value = "1";
  }
  const label = element("label", {}, parameter.name, field);
  if (parameter.description) label.append(element("span", { className: "quiet" }, parameter.description));
  return label;
}

function bodyFields(content) {
  const examples = Object.values(content["application/json"]?.examples ?? {});
  const text = element("textarea", { rows: 3, spellcheck: false, value: JSON.stringify(examples[0]?.value ?? {}) });
  const fields = [element("label", {}, "Body", text)];
  if (examples.length > 1) {
    const list = element("select", {}, ...examples.map(({ summary }, i) => new Option(summary ?? `Example ${i + 1}`, String(i))));
    list.addEventListener("change", () => { text.value = JSON.stringify(examples[Number(list.value)].value); });
    fields.unshift(element("label", {}, "Example ", list));
  }
  if (content["application/octet-stream"]) fields.push(element("label", {}, "or a file ", element("input", { type: "file" })));
  return fields;
}

function answersOf(operation) {
  const rows = Object.entries(operation.responses)
    .filter(([status]) => status !== "default")
    .map(([status, response]) => element("li", {}, element("b", {}, status), ` ${resolved(response).description}`));
  return element("details", {}, element("summary", {}, "Answers"), element("ul", {}, ...rows));
}

function route(path, verb, operation) {
  const form = element("form", { className: "route" });
  form.append(...(operation.parameters ?? []).map(parameterField));
  if (operation.requestBody) form.append(...bodyFields(operation.requestBody.content));
  const goesOn = operation.responses["200"]?.content?.["text/event-stream"];
  const output = element("pre", { hidden: true, tabIndex: 0 });
  output.setAttribute("role", "status");
  form.append(goesOn ? element("a", { href: path }, "Open") : element("button", { type: "submit" }, "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(path, verb, form, output);
  });
  const code = element("code", {}, `${verb.toUpperCase()} ${path}`);
  const summary = element("summary", {}, code, ` ${operation.summary}`);
  if (operation.security) summary.append(" ", element("span", { className: "quiet" }, "Needs the token, if there is one."));
  return element("section", {}, element("details", { id: operation.operationId }, summary, form, output, answersOf(operation)));
}

function show() {
  const groups = new Map();
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const [verb, operation] of Object.entries(operations)) {
      const [tag] = operation.tags;
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(route(path, verb, operation));
    }
  }
  const order = ["Predict", "Models", "Server", "Open Inference Protocol", "TensorFlow Serving", "Pages"];
  const place = ([tag]) => (order.includes(tag) ? order.indexOf(tag) : order.length);
  for (const [tag, routes] of [...groups].sort((one, other) => place(one) - place(other)))
    $("routes").append(element("h2", {}, tag), ...routes);
}

$("token").value = keptToken();
$("token").addEventListener("change", () => keepToken($("token").value));
try {
  const answers = await Promise.all(["/openapi.json", "/models?limit=100"].map((path) => fetch(path)));
  const [read, { models }] = await Promise.all(answers.map((answer) => answer.json()));
  description = read;
  firstModel = models[0]?.name ?? "";
  $("models").append(...models.map(({ name }) => new Option(name, name)));
  show();
} catch (error) {
  $("problem").hidden = false;
  $("problem").textContent = `The description could not be read: ${error.message}`;
}
$("routes").setAttribute("aria-busy", "false");
