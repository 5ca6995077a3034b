// What a model said: a sentence, bars, boxes or a picture, and the time it took.

import * as api from "./api.js";
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
  if (first?.image) return `A picture, ${first.image.width} x ${first.image.height}`;
  if (first?.detections) return `${first.detections.length || "Nothing"} found`;
  const text = JSON.stringify(prediction);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function bar({ label, score }) {
  const meter = element("meter", { min: 0, max: 1, value: score, ariaLabel: label });
  return element("li", {}, element("span", {}, label), meter, element("span", { className: "score" }, percent(score)));
}

// The picture on the canvas, with boxes; false where the browser cannot read it.
export async function drawPicture(file, detections) {
  const canvas = $("preview");
  const bitmap = await createImageBitmap(file).catch(() => null);
  canvas.hidden = !bitmap;
  $("drop").firstElementChild.hidden = Boolean(bitmap);
  if (!bitmap) return;
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  // As wide on the screen whatever the picture's size.
  const unit = Math.max(bitmap.width / canvas.clientWidth, 0.5);
  const size = 14 * unit;
  context.lineWidth = 2 * unit;
  context.font = `600 ${size}px system-ui, sans-serif`;
  const style = getComputedStyle(canvas);
  detections.forEach(({ box_xywh: box }, i) => {
    const text = String(i + 1); // as the list beside counts
    const width = context.measureText(text).width + size / 2;
    const left = Math.max(0, Math.min(box[0], bitmap.width - width));
    const top = Math.max(0, box[1] - 1.4 * size);
    context.strokeStyle = context.fillStyle = style.getPropertyValue("--accent");
    context.strokeRect(...box);
    context.fillRect(left, top, width, 1.4 * size);
    context.fillStyle = style.getPropertyValue("--on-accent");
    context.fillText(text, left + size / 4, top + 1.05 * size);
  });
  canvas.setAttribute("aria-label", `The picture${detections.length ? `, with ${detections.length} found in it` : ""}`);
}

export async function showAnswer(answer, name, input) {
  const [first] = answer.results ?? [];
  const picture = first?.image ? await api.predictPicture(name, input) : null;
  if (input.file) await drawPicture(input.file, first?.detections ?? []);
  // From here on at once: no part of one answer beside a part of another.
  $("answer").className = "";
  $("answer").textContent = sentence(answer);
  const found = (first?.detections ?? []).map(({ label, score }, i) => ({ label: `${i + 1} ${label}`, score }));
  $("classes").replaceChildren(...(first?.classes ?? found).slice(0, most).map(bar));
  $("picture").hidden = !picture;
  URL.revokeObjectURL($("picture").src);
  if (picture) $("picture").src = URL.createObjectURL(picture);
  const phases = Object.entries(answer.timings_ms).map(([phase, ms]) => [phase, `${ms.toFixed(2)} ms`]);
  fill($("timings"), [["model in the cache", answer.cache], ...phases]);
  const whole = JSON.stringify(answer, null, 1);
  $("raw").textContent = whole.length > longest ? `${whole.slice(0, longest)}\n… ${whole.length} characters in all` : whole;
}
