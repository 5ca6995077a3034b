// What the chosen model can be tried on: pictures as thumbnails, rows of a table as their values, other files by name.
// One stop of the Tab key; the arrows go through them, Enter or Space takes one.

import * as api from "./api.js";
import { $, element } from "./dom.js";

const strip = $("examples");
const keys = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

// The features that a body of one row tells; null where it is another body.
function featuresOf(text) {
  try {
    const { features } = JSON.parse(text);
    return features && !Array.isArray(features) ? features : null;
  } catch {
    return null;
  }
}

// [{ name, kind, type, label, href, features }]: a row's values are read at once, so that they can be shown.
export async function examplesOf({ name, features }) {
  const listed = await api.examples(name).catch(() => []); // the page works without
  const read = await Promise.all(listed.map(async ({ name: file, kind, content_type: type, expected, href }) => {
    const values = kind === "row" && type === "application/json" ? featuresOf(await api.text(href).catch(() => "")) : null;
    return { name: file, kind, type, href, label: expected ?? file, features: values };
  }));
  const begin = features.map(({ name: column, default: value, example }) => [column, value ?? example]).filter(([, value]) => value !== undefined);
  if (!begin.length) return read;
  const label = features.some(({ example }) => example) ? "example" : "defaults"; // of a file beside the model, or of its settings
  return [{ name: label, kind: "row", label, features: Object.fromEntries(begin) }, ...read];
}

function thumbnail({ name, href }) {
  const picture = element("img", { src: href, alt: "", loading: "lazy", decoding: "async" });
  return element("button", { type: "button", title: name, ariaLabel: `Run ${name}` }, picture);
}

function row({ label, name, features }) {
  const values = features ? Object.values(features).join(" · ") : name;
  const told = features ? Object.entries(features).map(([column, value]) => `${column} ${value}`).join(", ") : name;
  return element("button", { type: "button", title: told, ariaLabel: `Run ${label}: ${told}` },
    element("b", {}, label), element("span", {}, values === label ? "" : values));
}

function mark(chosen) {
  for (const button of strip.children) {
    if (button === chosen) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function reach(button) {
  for (const one of strip.children) one.tabIndex = one === button ? 0 : -1;
}

// take(example) is called with the one that is chosen.
export function showExamples(examples, take) {
  strip.hidden = !examples.length;
  strip.replaceChildren(...examples.map((example) => {
    const button = example.kind === "picture" ? thumbnail(example) : row(example);
    button.addEventListener("click", () => {
      reach(button);
      mark(button);
      take(example);
    });
    return button;
  }));
  reach(strip.firstElementChild);
}

// No example is what is shown any more.
export const leaveExamples = () => mark(null);

strip.addEventListener("keydown", (event) => {
  const step = keys[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...strip.children];
  const next = Math.min(all.length - 1, Math.max(0, all.indexOf(document.activeElement) + step));
  reach(all[next]);
  all[next].focus();
});
