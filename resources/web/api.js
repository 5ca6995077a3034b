// The API as the page uses it: every call is one a client could make with curl.

let token = "";
export function setToken(text) {
  token = text;
}

export class ApiError extends Error {
  constructor(sentence, status = 0) {
    super(sentence);
    this.status = status;
  }
}

async function call(path, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch {
    throw new ApiError("Warmbench does not answer; is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(answer.error ?? `The server answered ${response.status}.`, response.status);
  return answer;
}

export async function listModels() {
  const models = [];
  for (let next = ""; next !== null; ) {
    const page = await call(`/models?limit=500${next ? `&after=${encodeURIComponent(next)}` : ""}`);
    models.push(...page.models);
    next = page.next;
  }
  return models;
}

const pathOf = (name) => encodeURIComponent(name);

export const describe = (name) => call(`/models/${pathOf(name)}`);
export const load = (name) => call(`/models/${pathOf(name)}/load`, { method: "POST" });
export const predict = (name, body, type) =>
  call(`/predict/${pathOf(name)}`, { method: "POST", body, headers: { "Content-Type": type } });

// The picture that a model of an image task makes of one.
export async function predictPicture(name, file) {
  const headers = { "Content-Type": file.type, Accept: "image/png" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(`/predict/${pathOf(name)}`, { method: "POST", body: file, headers });
  if (!response.ok) throw new ApiError((await response.json()).error);
  return response.blob();
}

// onStats(figures) once a second, onModel() whenever a model changed. Where the server does not let us listen we ask.
export function listen(onStats, onModel) {
  const events = new EventSource("/events");
  events.addEventListener("stats", (event) => onStats(JSON.parse(event.data)));
  events.addEventListener("model", () => onModel());
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED) return; // it connects again by itself
    setInterval(() => call("/stats").then(onStats, () => {}), 1000);
    setInterval(onModel, 5000);
  });
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function curlLine(name, input) {
  const url = quoted(`${location.origin}/predict/${pathOf(name)}`);
  const authorization = token ? ` -H 'Authorization: Bearer ...'` : "";
  return input.file
    ? `curl -s ${url}${authorization} --data-binary @${quoted(input.file.name || "picture.png")}`
    : `curl -s ${url}${authorization} -d ${quoted(input.body)}`;
}
