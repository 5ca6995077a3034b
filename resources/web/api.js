// The API as the page uses it: every call is one a client could make with curl.

let token = "";
export function setToken(text) {
  token = text;
}

export class ApiError extends Error {}

async function call(path, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch {
    throw new ApiError("Warmbench does not answer; is it still running?");
  }
  const answer = await response.json();
  if (!response.ok) throw new ApiError(answer.error ?? `The server answered ${response.status}.`);
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

// onStats(figures) once a second, onModel() whenever a model changed.
export function listen(onStats, onModel) {
  const events = new EventSource("/events");
  events.addEventListener("stats", (event) => onStats(JSON.parse(event.data)));
  events.addEventListener("model", () => onModel());
  return events;
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
