// What a model said: a sentence, bars, boxes or a picture, and the time it took.

import * as api from "./api.js";
import { drawPicture } from "./drawing.js";
import { $, element, fill, percent } from "./dom.js";

const longest = 20_000; // characters of the whole answer that are shown
const most = 50; // found things in the list

export function clearAnswer() {
  $("answer").className = "quiet";
  $("answer").textContent = "Nothing was run yet.";
  $("classes").replaceChildren();
  $("timings").replaceChildren();
  $("picture").hidden = true;
  $("raw").textContent = "";
}

function sentence({ results, prediction }) {
  const [first] = results ?? [];
  if (first?.classes?.length) return `${first.classes[0].label} (${percent(first.classes[0].score)})`;
  if (first?.text) return first.text.map(({ text, score }) => `${text} (${percent(score)})`).join("\n") || "No text";
  if (first?.image) return `A picture, ${first.image.width} x ${first.image.height}`;
  if (first?.segmentation) return `${first.segmentation.classes.length} classes of pixels`;
  if (first?.detections) return `${first.detections.length || "Nothing"} found`;
  const text = JSON.stringify(prediction);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function bar({ label, score }) {
  const meter = element("meter", { min: 0, max: 1, value: score, ariaLabel: label });
  return element("li", {}, element("span", {}, label), meter, element("span", { className: "score" }, percent(score)));
}

export async function showAnswer(answer, name, input) {
  const [first] = answer.results ?? [];
  const picture = first?.image ? await api.predictPicture(name, input) : null;
  // Classes of pixels are too many for JSON: the server draws them.
  const drawn = input.file && first?.segmentation ? await api.predictPicture(name, input) : input.file;
  if (drawn) await drawPicture(drawn, first?.detections ?? []);
  // From here on at once: no part of one answer beside a part of another.
  $("answer").className = "";
  $("answer").textContent = sentence(answer);
  const shares = first?.segmentation?.classes.map(({ label, share }) => ({ label, score: share }));
  const found = (first?.detections ?? []).map(({ label, score }, i) => ({ label: `${i + 1} ${label}`, score }));
  $("classes").replaceChildren(...(first?.classes ?? shares ?? found).slice(0, most).map(bar));
  $("picture").hidden = !picture;
  URL.revokeObjectURL($("picture").src);
  if (picture) $("picture").src = URL.createObjectURL(picture);
  const phases = Object.entries(answer.timings_ms).map(([phase, ms]) => [phase, `${ms.toFixed(2)} ms`]);
  fill($("timings"), [["model in the cache", answer.cache], ...phases]);
  const whole = JSON.stringify(answer, null, 1);
  $("raw").textContent = whole.length > longest ? `${whole.slice(0, longest)}\n… ${whole.length} characters in all` : whole;
}
