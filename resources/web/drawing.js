// The picture that was sent with the answer drawn on it: masks, boxes, turned boxes, points with their skeleton.
// As large as its place allows, and sharp there: it is drawn again when the place changes.

import { $ } from "./dom.js";

const leastVisible = 0.25;
// COCO's skeleton of 17 points.
const person = [[15, 13], [13, 11], [16, 14], [14, 12], [11, 12], [5, 11], [6, 12], [5, 6], [5, 7], [6, 8], [7, 9], [8, 10],
  [1, 2], [0, 1], [0, 2], [1, 3], [2, 4], [3, 5], [4, 6]];

let shown = null; // { bitmap, detections }
let asked = 0;

// Red, green and blue of a class: those of the program's own drawings.
function channelsOf(index) {
  const hue = (216 + index * 137.508) % 360;
  const bright = hue > 40 && hue < 190; // yellow and green look brighter than blue and red of the same value
  const [saturation, value] = bright ? [0.9, 0.72] : [0.8, 0.85];
  return [5, 3, 1].map((turn) => {
    const at = (turn + hue / 60) % 6;
    return Math.round(255 * value * (1 - saturation * Math.max(0, Math.min(at, 4 - at, 1))));
  });
}

export const colourOf = (index, alpha = 1) => `rgb(${channelsOf(index).join(" ")} / ${alpha})`;

// Black or white, whichever differs more (WCAG 2.2, relative luminance).
export function inkOn(index) {
  const [red, green, blue] = channelsOf(index).map((one) => (one <= 10 ? one / 3294.6 : ((one / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "black" : "white";
}

function path(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

function drawMask(context, { index, mask }) {
  context.fillStyle = colourOf(index, 0.45);
  for (const polygon of mask.polygons ?? []) {
    path(context, Array.from({ length: polygon.length / 2 }, (_, i) => polygon.slice(2 * i, 2 * i + 2)));
    context.fill();
  }
}

function drawPoints(context, { index, keypoints }, unit) {
  const seen = (point) => point.score >= leastVisible;
  context.strokeStyle = context.fillStyle = colourOf(index);
  if (keypoints.length === 17)
    for (const [from, to] of person.map((pair) => pair.map((i) => keypoints[i])))
      if (seen(from) && seen(to)) {
        path(context, [[from.x, from.y], [to.x, to.y]]);
        context.stroke();
      }
  for (const { x, y } of keypoints.filter(seen)) {
    context.beginPath();
    context.arc(x, y, 3.5 * unit, 0, 2 * Math.PI);
    context.fill();
  }
}

function drawFrame(context, found) {
  context.strokeStyle = colourOf(found.index);
  if (!found.corners) return context.strokeRect(...found.box_xywh);
  path(context, found.corners);
  context.stroke();
}

// The number by which the list names it, and what it is where the box has room for that.
function drawTag(context, number, found, { unit, width: pictureWidth }) {
  const size = 14 * unit;
  const [left, top, boxWidth] = found.box_xywh;
  const widthOf = (words) => context.measureText(words).width + size / 2;
  const both = `${number} ${found.label}`;
  const text = widthOf(both) <= Math.max(boxWidth, 3 * size) ? both : String(number);
  const width = widthOf(text);
  const x = Math.max(0, Math.min(left - unit, pictureWidth - width));
  const y = Math.max(0, top - 1.4 * size);
  context.fillStyle = colourOf(found.index);
  context.fillRect(x, y, width, 1.4 * size);
  context.fillStyle = inkOn(found.index);
  context.fillText(text, x + size / 4, y + 1.05 * size);
}

function draw() {
  const canvas = $("preview");
  const { clientWidth, clientHeight } = canvas;
  if (!shown || !clientWidth || !clientHeight) return;
  const { bitmap, detections } = shown;
  const fit = Math.min(clientWidth / bitmap.width, clientHeight / bitmap.height);
  const scale = fit * (devicePixelRatio || 1);
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  context.scale(canvas.width / bitmap.width, canvas.height / bitmap.height); // what follows is in pixels of the picture
  const unit = 1 / fit; // as wide on the screen whatever the picture's size
  context.lineWidth = 2 * unit;
  context.font = `600 ${14 * unit}px system-ui, sans-serif`;
  for (const found of detections.filter(({ mask }) => mask)) drawMask(context, found);
  for (const found of detections) drawFrame(context, found);
  for (const found of detections.filter(({ keypoints }) => keypoints)) drawPoints(context, found, unit);
  // The best one's tag lies above the others.
  for (let i = detections.length - 1; i >= 0; --i) drawTag(context, i + 1, detections[i], { unit, width: bitmap.width });
}

// `picture`: what was sent, or the server's own drawing of it. It stays hidden where the browser cannot read it.
// Of several that are asked for at once the last is shown.
export async function drawPicture(picture, detections) {
  const mine = ++asked;
  const bitmap = await createImageBitmap(picture).catch(() => null);
  if (mine !== asked) return;
  shown = bitmap && { bitmap, detections };
  const canvas = $("preview");
  canvas.hidden = !bitmap;
  $("invitation").hidden = Boolean(bitmap);
  if (!bitmap) return;
  canvas.setAttribute("aria-label", `The picture${detections.length ? `, with ${detections.length} found in it` : ""}`);
  draw();
}

new ResizeObserver(draw).observe($("preview"));
