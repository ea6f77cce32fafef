// Where the points of a cloud stand on the canvas: a camera that turns, zooms and slowly follows how the cloud grows.

import { place } from "./surface.js";

const FOLLOW = 0.25; // share of the way to the new size that the view goes with each frame
const REACH = 0.985; // this share of the points shall fit
const SAMPLE = 600;
const ZOOM = [0.4, 12];
const TURN = 0.008; // radians a pixel
const SOLID = 0.345; // of the shorter side is the radius of a solid cloud: its corners stick out
const TAP = 4; // pixels that a pointer may move and still mean the place it pressed
const HOME = { yaw: 0.6, pitch: 0.35, zoom: 1, x: 0, y: 0 };
const EYE = 4.5; // distance of the eye, in radii of the cloud

export function camera() {
  let centre = null;
  let radius = [1, 1, 1];
  const view = { ...HOME };

  return {
    view,
    home() { Object.assign(view, HOME); },
    isHome: () => Object.keys(HOME).every((key) => view[key] === HOME[key]),
    zoom(factor) { view.zoom = Math.min(ZOOM[1], Math.max(ZOOM[0], view.zoom * factor)); },
    /** dx, dy in pixels: turns a solid cloud, moves a flat one. */
    drag(dx, dy, isSolid) {
      if (isSolid) {
        view.yaw += dx * TURN;
        view.pitch = Math.min(1.55, Math.max(-1.55, view.pitch + dy * TURN));
      } else {
        view.x += dx;
        view.y += dy;
      }
    },
    /** The next cloud is another one: it sets the view at once. */
    forget() { centre = null; },
    /** The view glides to the points' new middle and size, of which it returns the share it was off; the first cloud sets both. */
    follow(xyz) {
      let off = 0;
      const axes = xyz.shape[1];
      const step = Math.max(1, Math.floor(xyz.shape[0] / SAMPLE));
      for (let axis = 0; axis < axes; axis += 1) {
        const sample = [];
        for (let i = axis; i < xyz.length; i += axes * step) sample.push(xyz[i]);
        sample.sort((a, b) => a - b);
        const low = sample[Math.floor((1 - REACH) * sample.length)];
        const high = sample[Math.min(sample.length - 1, Math.ceil(REACH * sample.length))];
        const [middle, reach] = [(low + high) / 2, Math.max((high - low) / 2, 1e-6)];
        if (!centre || centre.length !== axes) [centre, radius] = [new Array(axes).fill(0), new Array(axes).fill(1)];
        const share = centre.known > axis ? FOLLOW : 1;
        off = Math.max(off, (Math.abs(middle - centre[axis]) + Math.abs(reach - radius[axis])) / reach);
        centre[axis] += (middle - centre[axis]) * share;
        radius[axis] += (reach - radius[axis]) * share;
        centre.known = Math.max(centre.known ?? 0, axis + 1);
      }
      return off;
    },
    /** A function (x, y, z, out) that writes pixel x, pixel y and depth 0..1 (near 0) into out. */
    projection(width, height) {
      const [cx = 0, cy = 0, cz = 0] = centre ?? [];
      const middle = [width / 2 + view.x, height / 2 + view.y];
      if ((centre?.length ?? 2) < 3) {
        const factor = 0.43 * Math.min(width / radius[0], height / radius[1]) * view.zoom;
        return (x, y, z, out) => { out[0] = middle[0] + (x - cx) * factor; out[1] = middle[1] - (y - cy) * factor; out[2] = 0; };
      }
      const size = Math.max(...radius);
      const factor = SOLID * Math.min(width, height) * view.zoom;
      const [sy, cosY, sp, cp] = [Math.sin(view.yaw), Math.cos(view.yaw), Math.sin(view.pitch), Math.cos(view.pitch)];
      return (x, y, z, out) => {
        const [a, b, c] = [(x - cx) / size, (y - cy) / size, (z - cz) / size];
        const [right, away] = [a * cosY + c * sy, c * cosY - a * sy];
        const [up, deep] = [b * cp + away * sp, away * cp - b * sp];
        const near = EYE / Math.max(0.5, EYE + deep);
        out[0] = middle[0] + right * factor * near;
        out[1] = middle[1] - up * factor * near;
        out[2] = Math.min(1, Math.max(0, (deep + 1.6) / 3.2));
      };
    },
    /** A point of the cloud moved by so many pixels of the canvas, in the plane that faces the eye. */
    shifted(point, dx, dy, width, height) {
      const size = Math.max(...radius);
      if (point.length < 3) {
        const factor = 0.43 * Math.min(width / radius[0], height / radius[1]) * view.zoom;
        return [point[0] + dx / factor, point[1] - dy / factor];
      }
      const [sy, cosY, sp, cp] = [Math.sin(view.yaw), Math.cos(view.yaw), Math.sin(view.pitch), Math.cos(view.pitch)];
      const [a, b, c] = point.map((value, axis) => (value - centre[axis]) / size);
      const deep = (c * cosY - a * sy) * cp - b * sp;
      const factor = (SOLID * Math.min(width, height) * view.zoom * EYE) / Math.max(0.5, EYE + deep);
      const [right, up] = [(dx / factor) * size, (-dy / factor) * size];
      return [point[0] + right * cosY - up * sy * sp, point[1] + up * cp, point[2] + right * sy + up * cosY * sp];
    },
    /** The corners of a box around a solid cloud. */
    corners() {
      const size = Math.max(...radius);
      return Array.from({ length: 8 }, (_, i) => centre.map((value, axis) => value + (i & (1 << axis) ? size : -size)));
    },
  };
}

/** Turns drags, pinches, the wheel and keys on the canvas into moves of the camera; a press that hardly moves is a tap. */
export function steer(canvas, eye, isSolid, onmove, ontap) {
  const pointers = new Map();
  let pressed = null; // where and since when the only pointer is down, until it moves
  let armed = false; // the wheel belongs to the page until the pointer has moved on the canvas
  canvas.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, place(event, canvas));
    canvas.setPointerCapture(event.pointerId);
    armed = true;
    pressed = pointers.size === 1 && event.button === 0 ? place(event, canvas) : null;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.movementX || event.movementY) armed = true;
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const at = place(event, canvas);
    if (pressed && Math.hypot(at[0] - pressed[0], at[1] - pressed[1]) > TAP) pressed = null;
    if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
      const gap = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]);
      eye.zoom(gap(at) / Math.max(1, gap(before)));
    } else eye.drag(at[0] - before[0], at[1] - before[1], isSolid());
    pointers.set(event.pointerId, at);
    onmove();
  });
  const release = (event) => pointers.delete(event.pointerId);
  canvas.addEventListener("pointerup", (event) => {
    if (release(event) && pressed) ontap?.(pressed, event.pointerType === "touch");
    pressed = null;
  });
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => { armed = false; });
  document.addEventListener("scroll", () => { armed = false; }, { passive: true });
  canvas.addEventListener("wheel", (event) => {
    if (!armed && !event.ctrlKey) return;
    event.preventDefault();
    eye.zoom(1.0015 ** -event.deltaY);
    onmove();
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] }[event.key];
    if (step) eye.drag(...step, isSolid());
    else if (event.key === "+" || event.key === "=") eye.zoom(1.2);
    else if (event.key === "-") eye.zoom(1 / 1.2);
    else if (event.key === "0") eye.home();
    else return;
    event.preventDefault();
    event.stopPropagation();
    onmove();
  });
  return { isDragging: () => pointers.size > 0 };
}
