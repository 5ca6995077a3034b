// The picture that was sent with the answer drawn on it: masks, boxes, turned boxes, points with their skeleton.

import { $ } from "./dom.js";

const leastVisible = 0.25;
// COCO's skeleton of 17 points.
const person = [[15, 13], [13, 11], [16, 14], [14, 12], [11, 12], [5, 11], [6, 12], [5, 6], [5, 7], [6, 8], [7, 9], [8, 10],
  [1, 2], [0, 1], [0, 2], [1, 3], [2, 4], [3, 5], [4, 6]];

// The hues of the program's own drawings.
const colour = (index, alpha = 1) => `hsl(${(216 + index * 137.508) % 360} 70% 45% / ${alpha})`;

function path(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

function drawMask(context, { index, mask }) {
  context.fillStyle = colour(index, 0.45);
  for (const polygon of mask.polygons ?? []) {
    path(context, Array.from({ length: polygon.length / 2 }, (_, i) => polygon.slice(2 * i, 2 * i + 2)));
    context.fill();
  }
}

function drawPoints(context, { index, keypoints }, unit) {
  const seen = (point) => point.score >= leastVisible;
  context.strokeStyle = context.fillStyle = colour(index);
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
  context.strokeStyle = colour(found.index);
  if (!found.corners) return context.strokeRect(...found.box_xywh);
  path(context, found.corners);
  context.stroke();
}

// The number by which the list beside names it.
function drawNumber(context, number, found, size) {
  const text = String(number);
  const width = context.measureText(text).width + size / 2;
  const left = Math.max(0, Math.min(found.box_xywh[0], context.canvas.width - width));
  const top = Math.max(0, found.box_xywh[1] - 1.4 * size);
  context.fillStyle = colour(found.index);
  context.fillRect(left, top, width, 1.4 * size);
  context.fillStyle = "white";
  context.fillText(text, left + size / 4, top + 1.05 * size);
}

// `picture`: what was sent, or the server's own drawing of it. It stays hidden where the browser cannot read it.
export async function drawPicture(picture, detections) {
  const canvas = $("preview");
  const bitmap = await createImageBitmap(picture).catch(() => null);
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
  for (const found of detections.filter(({ mask }) => mask)) drawMask(context, found);
  for (const found of detections) drawFrame(context, found);
  for (const found of detections.filter(({ keypoints }) => keypoints)) drawPoints(context, found, unit);
  detections.forEach((found, i) => drawNumber(context, i + 1, found, size));
  canvas.setAttribute("aria-label", `The picture${detections.length ? `, with ${detections.length} found in it` : ""}`);
}
