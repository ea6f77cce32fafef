// Scales, ticks and the frame of a plot.

/** Round numbers between low and high, about `count` of them. */
export function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) found.push(i * step);
  return found;
}

function logTicks(low, high) {
  const found = [];
  for (let power = Math.ceil(low - 1e-9); power <= high + 1e-9; power += 1) found.push(power);
  if (found.length > 6) return found.filter((_, i) => i % Math.ceil(found.length / 5) === 0);
  if (found.length > 2) return found;
  const fine = (factors) => {
    const powers = Array.from({ length: Math.floor(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i);
    return powers.flatMap((power) => factors.map((factor) => power + Math.log10(factor))).filter((value) => value >= low && value <= high);
  };
  return [[1, 2, 5], [1, 2, 3, 4, 5, 6, 8], ticks(10, 100, 36).map((value) => value / 10)].map(fine).find((list) => list.length > 2) ?? [low, high];
}

export function format(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(1).replace("e+", "e");
  if (size >= 1e4 && Number.isInteger(value / 1000)) return `${value / 1000}k`;
  return String(Number(value.toPrecision(size < 1 ? 2 : 3))).replace("-", "−");
}

/** A linear or logarithmic scale from a range of values to a range of pixels. */
export function scale(range, pixels, log = false) {
  const [low, high] = log ? range.map((value) => Math.log10(value)) : range;
  const factor = (pixels[1] - pixels[0]) / (high - low || 1);
  const to = (value) => pixels[0] + ((log ? Math.log10(Math.max(value, 1e-12)) : value) - low) * factor;
  const from = (pixel) => low + (pixel - pixels[0]) / factor;
  const marks = (count) =>
    log ? logTicks(low, high).map((power) => [10 ** power, format(10 ** power)]) : ticks(low, high, count).map((value) => [value, format(value)]);
  return { to, from, marks };
}

/** Grid lines and tick labels of a plot inside the box {left, top, right, bottom}. */
export function drawAxes(context, box, x, y, colours) {
  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 1;
  context.strokeStyle = colours.grid;
  context.fillStyle = colours.faint;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const [value, label] of x.marks(Math.max(2, Math.round((box.right - box.left) / 75)))) {
    line(context, x.to(value), box.top, x.to(value), box.bottom);
    context.fillText(label, x.to(value), box.bottom + 6);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const [value, label] of y.marks(Math.max(2, Math.round((box.bottom - box.top) / 55)))) {
    line(context, box.left, y.to(value), box.right, y.to(value));
    context.fillText(label, box.left - 7, y.to(value));
  }
  context.strokeStyle = colours.axis;
  line(context, box.left, box.bottom, box.right, box.bottom);
  line(context, box.left, box.top, box.left, box.bottom);
}

function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  context.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
  context.stroke();
}

/** Runs draw() clipped to the box. */
export function inside(context, box, draw) {
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  draw();
  context.restore();
}

/** A polyline through (x[i], y[i]). */
export function trace(context, x, y, xs, ys) {
  context.beginPath();
  for (let i = 0; i < ys.length; i += 1) context[i ? "lineTo" : "moveTo"](x.to(xs[i]), y.to(ys[i]));
  context.stroke();
}

/** A polyline of a colour and a width. */
export function drawLine(context, x, y, xs, ys, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  trace(context, x, y, xs, ys);
}
