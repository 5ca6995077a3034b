// The API as the page uses it: every call is one a client could make with curl.

import { keptToken } from "./dom.js";

export class ApiError extends Error {
  constructor(sentence, status = 0) {
    super(sentence);
    this.status = status;
  }
}

async function send(path, options = {}) {
  const headers = { ...options.headers };
  if (keptToken()) headers.Authorization = `Bearer ${keptToken()}`;
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch {
    throw new ApiError("Warmbench does not answer; is it still running?");
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new ApiError(answer.error ?? `The server answered ${response.status}.`, response.status);
}

const call = async (path, options) => (await send(path, options)).json();

export async function listModels() {
  const models = [];
  for (let next = ""; next !== null; ) {
    const page = await call(`/models${next ? `?after=${encodeURIComponent(next)}` : ""}`);
    models.push(...page.models);
    next = page.next;
  }
  return models;
}

// The model that answers requests without a name; null where there is none.
export const star = async () => (await call("/", { headers: { Accept: "application/json" } })).default_model;

const pathOf = (name) => encodeURIComponent(name);

function prediction(name, input, accept) {
  const body = input.file ?? input.body;
  const type = input.file ? input.file.type : "application/json";
  return send(`/predict/${pathOf(name)}`, { method: "POST", body, headers: { "Content-Type": type, Accept: accept } });
}

export const describe = (name) => call(`/models/${pathOf(name)}`);
export const load = (name) => call(`/models/${pathOf(name)}/load`, { method: "POST" });
export const examples = async (name) => (await call(`/models/${pathOf(name)}/examples`)).examples;
export const text = async (path) => (await send(path)).text();
export const blob = async (path) => (await send(path)).blob();
export const predict = async (name, input) => (await prediction(name, input, "application/json")).json();
// The picture that a model of an image task makes.
export const predictPicture = async (name, input) => (await prediction(name, input, "image/png")).blob();

// figures(stats) once a second; changed(name) for a model, changed("") for all; lost() and found() as the server goes
// and comes. Where the server lets no more clients listen we ask, and try to listen again from time to time.
// A page that is left takes nobody's place.
export function listen({ figures, changed, lost, found }) {
  let events = null;
  let timer = 0;

  function start() {
    events = new EventSource("/events");
    events.addEventListener("open", () => {
      found();
      changed("");
    });
    events.addEventListener("stats", (event) => figures(JSON.parse(event.data)));
    events.addEventListener("model", (event) => changed(JSON.parse(event.data).model));
    events.addEventListener("error", () => {
      if (events.readyState === EventSource.CLOSED) ask(10);
      else lost(); // it connects again by itself
    });
  }

  async function ask(times) {
    try {
      figures(await call("/stats"));
      found();
      if (times % 5 === 0) changed("");
    } catch {
      lost();
    }
    timer = setTimeout(() => (times > 1 ? ask(times - 1) : start()), 1000);
  }

  addEventListener("pagehide", () => {
    events.close();
    clearTimeout(timer);
  });
  addEventListener("pageshow", (event) => event.persisted && start());
  start();
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const longestArgument = 100_000; // bytes; Linux takes 128 KiB

export function curlLine(name, input) {
  const url = quoted(`${location.origin}/predict/${pathOf(name)}`);
  const authorization = keptToken() ? ` -H 'Authorization: Bearer TOKEN'` : "";
  const file = input.file ? input.file.name || "picture.png" : input.body.length > longestArgument && "body.json";
  return `curl -s ${url}${authorization} ${file ? `--data-binary @${quoted(file)}` : `-d ${quoted(input.body)}`}`;
}
