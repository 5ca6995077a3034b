// Lines over the last two minutes on a canvas, in the colours of the theme.

const LENGTH = 120; // samples, one a second

export class LineChart {
  // series: [{name, colour: "--hit", dashed}]; format turns a value into text for the axis and for screen readers.
  constructor(canvas, series, format) {
    this.canvas = canvas;
    this.series = series.map((one) => ({ ...one, values: [] }));
    this.format = format;
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  push(values) {
    this.series.forEach((one, i) => {
      one.values.push(values[i]);
      if (one.values.length > LENGTH) one.values.shift();
    });
    const now = this.series.map((one) => `${one.name} ${this.format(one.values.at(-1))}`).join(", ");
    this.canvas.setAttribute("aria-label", now);
    this.draw();
  }

  draw() {
    const { canvas } = this;
    const ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (!width || !height) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    const most = Math.max(1e-9, ...this.series.flatMap((one) => one.values)) * 1.1;
    const legend = 18;
    context.font = "12px system-ui, sans-serif";
    context.strokeStyle = style.getPropertyValue("--line");
    context.strokeRect(0.5, legend + 0.5, width - 1, height - legend - 1);
    let x = 0;
    for (const { name, colour, dashed, values } of this.series) {
      context.strokeStyle = context.fillStyle = style.getPropertyValue(colour);
      const text = values.length ? `${name} ${this.format(values.at(-1))}` : name;
      context.fillText(text, x, 12);
      x += context.measureText(text).width + 14;
      context.setLineDash(dashed ? [5, 4] : []);
      context.lineWidth = 1.75;
      context.beginPath();
      values.forEach((value, i) => {
        const at = [((LENGTH - values.length + i) / (LENGTH - 1)) * width, height - 2 - (value / most) * (height - legend - 4)];
        if (i) context.lineTo(...at);
        else context.moveTo(...at);
      });
      context.stroke();
    }
    context.setLineDash([]);
  }
}
