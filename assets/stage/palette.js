// All colours of the drawings: one signed palette (orange − · grey 0 · blue +) that colour-blind eyes can tell apart,
// the class colours, and the course's own colours for its presets.

const LIGHT = {
  ink: "#1c2638", faint: "#5d6a80", grid: "#e6eaf0", axis: "#b9c2d0", panel: "#ffffff", halo: "#ffffff",
  zero: [236, 239, 243], minus: [233, 124, 22], plus: [26, 115, 196],
};
const DARK = {
  ink: "#e8edf6", faint: "#9aa7bd", grid: "#28324a", axis: "#465472", panel: "#161e30", halo: "#0f1626",
  zero: [38, 47, 68], minus: [245, 152, 56], plus: [72, 160, 238],
};
// Okabe and Ito's colours, which most kinds of colour-blindness can tell apart.
const CLASSES = [[233, 124, 22], [26, 115, 196], [0, 158, 115], [204, 90, 160], [150, 120, 30]];
// The lanes of a race: the first four are the course's blue, orange, green and red.
const LANES = [[31, 111, 190], [233, 124, 22], [0, 150, 110], [214, 48, 74], [128, 88, 200], [20, 165, 200], [150, 125, 20], [205, 85, 165]];
const DARK_LANES = [[84, 164, 240], [250, 156, 64], [40, 200, 152], [255, 105, 120], [172, 140, 250], [70, 208, 235], [214, 190, 70], [246, 130, 205]];
const COURSE_CLASSES = [[190, 25, 45], [10, 120, 65]]; // the two ends of matplotlib's RdYlGn
const COURSE_ZERO = [255, 250, 190];

export const isDark = () => document.body.classList.contains("dark");
export const css = (rgb, alpha = 1) => `rgba(${rgb[0]},${rgb[1]},${rgb[2]},${alpha})`;

const mix = (a, b, share) => a.map((value, i) => Math.round(value + (b[i] - value) * share));

/** 256 colours from minus over zero to plus, as RGBA words for an ImageData; full < 1 leaves room for points on top. */
function ramp(minus, zero, plus, full = 1) {
  const words = new Uint32Array(256);
  for (let i = 0; i < 256; i += 1) {
    const signed = (i - 127.5) / 127.5;
    const [r, g, b] = mix(zero, signed < 0 ? minus : plus, full * Math.abs(signed) ** 0.85);
    words[i] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return words;
}

/** The code of Field.values with more than two classes: 32 · class + 31 · probability. */
function classRamp(zero, classes) {
  const words = new Uint32Array(256);
  for (let i = 0; i < 256; i += 1) {
    const [r, g, b] = mix(zero, classes[Math.min(i >> 5, classes.length - 1)], 0.1 + 0.62 * ((i & 31) / 31) ** 2);
    words[i] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return words;
}

const made = new Map();

/** The palette of this moment's theme; `course` swaps in the course's colours. */
export function palette(course = false) {
  const key = `${isDark()}${course}`;
  if (made.has(key)) return made.get(key);
  const base = isDark() ? DARK : LIGHT;
  const classes = course ? [...COURSE_CLASSES, CLASSES[1], CLASSES[3], CLASSES[0]] : CLASSES;
  const zero = course ? COURSE_ZERO : base.zero;
  made.set(key, {
    ...base,
    classes,
    fit: course ? [225, 30, 40] : base.minus,
    points: course ? [31, 119, 180] : base.plus,
    signed: ramp(base.minus, base.zero, base.plus),
    field: ramp(classes[0], zero, classes[1], 0.74),
    classField: classRamp(base.zero, classes),
    lanes: isDark() ? DARK_LANES : LANES,
    series: [base.plus, base.minus, [0, 158, 115], [204, 90, 160]],
  });
  return made.get(key);
}

/** The colour of a signed weight; its strength in 0..1 sets how far it stands out. */
export function signedColour(colours, value, strength) {
  return css(value < 0 ? colours.minus : colours.plus, 0.18 + 0.82 * strength);
}
