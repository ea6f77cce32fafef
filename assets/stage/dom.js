// Builds elements in one line; text always arrives as text, never as markup.

/** element("button", {class: "play", onclick: f, text: "Play"}, child, …) */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter(Boolean));
  return node;
}

const ICONS = {
  play: "M8 5.2v13.6a1 1 0 0 0 1.5.86l11-6.8a1 1 0 0 0 0-1.72l-11-6.8A1 1 0 0 0 8 5.2z",
  pause: "M7 5h3.6v14H7zM13.4 5H17v14h-3.6z",
  step: "M5 5.6v12.8a.9.9 0 0 0 1.4.75l9.2-6.4a.9.9 0 0 0 0-1.5L6.4 4.85A.9.9 0 0 0 5 5.6zM17 5h2.6v14H17z",
  aim: "M11 2h2v3.1a7 7 0 0 1 5.9 5.9H22v2h-3.1a7 7 0 0 1-5.9 5.9V22h-2v-3.1A7 7 0 0 1 5.1 13H2v-2h3.1A7 7 0 0 1 11 5.100zM12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zm0 3.200a1.800 1.800 0 1 1 0 3.600 1.800 1.800 0 0 1 0-3.600z",
  save: "M11 4h2v8.200l2.800-2.800 1.400 1.400L12 16l-5.200-5.200 1.400-1.400 2.800 2.800zM5 18h14v2H5z",
  reset: "M12 5a7 7 0 1 1-6.7 9h2.2A5 5 0 1 0 12 7v3L7 6l5-4z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** "at ({x}, {y})" with its facts filled in. */
export function fill(text, facts) {
  return text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

/** Writes a text where it is another one: an equal one would cost a layout too. */
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Calls f at most every so many milliseconds, the last call always. */
export function throttle(f, milliseconds) {
  let timer = null;
  let waiting = null;
  const fire = () => {
    timer = null;
    if (!waiting) return;
    const values = waiting;
    waiting = null;
    timer = setTimeout(fire, milliseconds);
    f(...values);
  };
  return (...values) => {
    waiting = values;
    if (!timer) fire();
  };
}
