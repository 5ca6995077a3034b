// Reads /openapi.json and sends real requests.

const $ = (id) => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function addressOf(path, form) {
  const query = new URLSearchParams();
  let address = path;
  for (const field of form.querySelectorAll("input[data-in]")) {
    if (field.dataset.in === "path") address = address.replace(`{${field.name}}`, encodeURIComponent(field.value));
    else if (field.value) query.set(field.name, field.value);
  }
  return query.size ? `${address}?${query}` : address;
}

async function send(verb, path, form, output) {
  const options = { method: verb.toUpperCase(), headers: {} };
  if ($("token").value) options.headers.Authorization = `Bearer ${$("token").value}`;
  const file = form.querySelector("input[type=file]")?.files[0];
  const text = form.querySelector("textarea")?.value;
  if (file || text) options.body = file ?? text;
  output.hidden = false;
  output.textContent = "…";
  try {
    const answer = await fetch(addressOf(path, form), options);
    const type = answer.headers.get("Content-Type") ?? "";
    let body = type.startsWith("image/") ? `${(await answer.blob()).size} bytes of ${type}` : await answer.text();
    if (type.includes("json")) body = JSON.stringify(JSON.parse(body), null, 1);
    output.textContent = `${answer.status} ${answer.statusText}\n${body.slice(0, 20_000)}`;
  } catch (error) {
    output.textContent = `No answer: ${error.message}`;
  }
}

function exampleOf(content) {
  const json = content["application/json"];
  const [example] = Object.values(json?.examples ?? {});
  return example ? JSON.stringify(example.value) : "";
}

function route(path, verb, operation) {
  const form = element("form", { className: "route" });
  for (const parameter of operation.parameters ?? []) {
    const field = element("input", { name: parameter.name, required: parameter.required === true });
    field.dataset.in = parameter.in;
    form.append(element("label", { title: parameter.description ?? "" }, parameter.name, field));
  }
  const content = operation.requestBody?.content;
  if (content) form.append(element("label", {}, "Body", element("textarea", { rows: 3, spellcheck: false, value: exampleOf(content) })));
  if (content?.["application/octet-stream"]) form.append(element("label", {}, "or a file", element("input", { type: "file" })));
  const goesOn = operation.responses["200"]?.content?.["text/event-stream"];
  const output = element("pre", { hidden: true, tabIndex: 0 });
  form.append(goesOn ? element("a", { href: path }, "Open") : element("button", { type: "submit" }, "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(verb, path, form, output);
  });
  const summary = element("summary", {}, element("code", {}, `${verb.toUpperCase()} ${path}`), ` ${operation.summary}`);
  return element("details", {}, summary, form, output);
}

try {
  const description = await (await fetch("/openapi.json")).json();
  for (const [path, operations] of Object.entries(description.paths))
    for (const [verb, operation] of Object.entries(operations)) $("routes").append(element("section", {}, route(path, verb, operation)));
} catch (error) {
  $("problem").hidden = false;
  $("problem").textContent = `The description could not be read: ${error.message}`;
}
$("routes").setAttribute("aria-busy", "false");
