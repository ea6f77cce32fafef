// A canvas that is crisp on every screen, repaints when its size or the theme changes, and never while it is hidden.

const all = new Set();
new MutationObserver(() => all.forEach((paint) => paint())).observe(document.body, { attributeFilter: ["class"] });

/** Adds a canvas to the parent; paint(context, width, height) draws it whole, in CSS pixels. */
export function surface(parent, className, paint) {
  const canvas = document.createElement("canvas");
  canvas.className = className;
  parent.append(canvas);
  const context = canvas.getContext("2d");
  let due = false;

  function render() {
    due = false;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width || !height) return;
    const density = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * density), Math.round(height * density)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    paint(context, width, height);
    canvas.dataset.n = Number(canvas.dataset.n || 0) + 1;
  }

  function request() {
    if (due) return;
    due = true;
    requestAnimationFrame(render);
  }

  all.add(request);
  new ResizeObserver(request).observe(canvas);
  return { canvas, request };
}

/** Where a pointer event happened, in the CSS pixels of the element. */
export function place(event, element) {
  const box = element.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}
