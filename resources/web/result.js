// What a model said: a sentence, bars, boxes or a picture, and the time it took.

import * as api from "./api.js";
import { colourOf, drawPicture, inkOn } from "./drawing.js";
import { $, element, fill, percent } from "./dom.js";

const longest = 20_000; // characters of the whole answer that are shown
const most = 50; // found things in the list

export function clearAnswer() {
  $("answer").className = "quiet";
  $("answer").textContent = "Nothing was run yet.";
  showList([]);
  $("timings").replaceChildren();
  $("took").textContent = "";
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

// The number is that of the box in the picture, in its colour.
function numberOf(number, index) {
  const tag = element("b", { className: "tag" }, String(number));
  tag.style.background = colourOf(index);
  tag.style.color = inkOn(index);
  return tag;
}

function bar({ label, score, number, index }) {
  const meter = element("meter", { min: 0, max: 1, value: score, ariaLabel: label });
  const name = element("span", {}, ...(number ? [numberOf(number, index), " "] : []), label);
  return element("li", {}, name, meter, element("span", { className: "score" }, percent(score)));
}

// Where it is longer than its place, the keys can reach and scroll it.
function showList(rows) {
  const list = $("classes");
  list.replaceChildren(...rows.slice(0, most).map(bar));
  list.scrollTop = 0;
  if (list.scrollHeight > list.clientHeight + 1) list.tabIndex = 0;
  else list.removeAttribute("tabindex");
}

export async function showAnswer(answer, name, input) {
  const [first] = answer.results ?? [];
  const picture = first?.image ? await api.predictPicture(name, input) : null;
  const sent = input.file?.type.startsWith("image/") ? input.file : null;
  // Classes of pixels are too many for JSON: the server draws them.
  const drawn = sent && first?.segmentation ? await api.predictPicture(name, input) : sent;
  // Before the picture is drawn, so that it is drawn beside the other one.
  $("picture").hidden = !picture;
  URL.revokeObjectURL($("picture").src);
  if (picture) $("picture").src = URL.createObjectURL(picture);
  if (drawn) await drawPicture(drawn, first?.detections ?? []);
  // From here on at once: no part of one answer beside a part of another.
  $("answer").className = "";
  $("answer").textContent = sentence(answer);
  const shares = first?.segmentation?.classes.map(({ label, share }) => ({ label, score: share }));
  const found = (first?.detections ?? []).map(({ label, score, index }, i) => ({ label, score, index, number: i + 1 }));
  showList(first?.classes ?? shares ?? found);
  const phases = Object.entries(answer.timings_ms).map(([phase, ms]) => [phase, `${ms.toFixed(2)} ms`]);
  fill($("timings"), [["model in the cache", answer.cache], ...phases]);
  $("took").textContent = "total" in answer.timings_ms ? `${answer.timings_ms.total.toFixed(2)} ms in all` : "";
  const whole = JSON.stringify(answer, null, 1);
  $("raw").textContent = whole.length > longest ? `${whole.slice(0, longest)}\n… ${whole.length} characters in all` : whole;
}
