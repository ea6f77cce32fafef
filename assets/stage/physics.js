// The worlds once more, for the browser: the same equations as Gymnasium's, so that people and nets can play here at
// sixty pictures a second. A test holds them against Gymnasium step by step.

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const spread = (random, low, high) => low + (high - low) * random();

/** A pole on a cart: state [x, speed, angle, angular velocity]; 0 pushes left, 1 pushes right. */
const cartpole = {
  actions: 2,
  perSecond: 50,
  mostSteps: 500,
  starts: (random) => Array.from({ length: 4 }, () => spread(random, -0.05, 0.05)),
  step([x, speed, angle, turn], action) {
    const [gravity, pole, total, half, second] = [9.8, 0.1, 1.1, 0.5, 0.02];
    const force = action === 1 ? 10 : -10;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const common = (force + pole * half * turn ** 2 * sin) / total;
    const turning = (gravity * sin - cos * common) / (half * (4 / 3 - (pole * cos ** 2) / total));
    const pulling = common - (pole * half * turning * cos) / total;
    return [x + second * speed, speed + second * pulling, angle + second * turn, turn + second * turning];
  },
  isOver: ([x, , angle]) => Math.abs(x) > 2.4 || Math.abs(angle) > (12 * 2 * Math.PI) / 360,
  sees: (state) => state,
  push: ([x, speed, angle, turn], strength) => [x, speed, angle, turn + strength],
  reward: () => 1,
  idle: (step) => step % 2, // hands off: left and right in turn, because this cart knows no rest
};

/** Two links on a pivot: state [angle 1, angle 2, their velocities]; the actions turn the joint by -1, 0 or 1. */
const acrobot = {
  actions: 3,
  perSecond: 15,
  mostSteps: 500,
  starts: (random) => Array.from({ length: 4 }, () => spread(random, -0.1, 0.1)),
  step(state, action) {
    const [torque, time] = [action - 1, 0.2];
    const along = (from, slope, factor) => from.map((value, i) => value + factor * slope[i]);
    const k1 = slopes(state, torque);
    const k2 = slopes(along(state, k1, time / 2), torque);
    const k3 = slopes(along(state, k2, time / 2), torque);
    const k4 = slopes(along(state, k3, time), torque);
    const [angle1, angle2, turn1, turn2] = state.map((value, i) => value + (time / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
    return [wrapped(angle1), wrapped(angle2), clamp(turn1, -4 * Math.PI, 4 * Math.PI), clamp(turn2, -9 * Math.PI, 9 * Math.PI)];
  },
  isOver: ([angle1, angle2]) => -Math.cos(angle1) - Math.cos(angle1 + angle2) > 1,
  sees: ([a, b, turn1, turn2]) => [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b), turn1, turn2],
  push: ([a, b, turn1, turn2], strength) => [a, b, turn1 + 2 * strength, turn2],
  reward: (state) => (acrobot.isOver(state) ? 0 : -1),
  idle: () => 1,
};

function wrapped(angle) {
  while (angle > Math.PI) angle -= 2 * Math.PI;
  while (angle < -Math.PI) angle += 2 * Math.PI;
  return angle;
}

/** How fast the state of the acrobot changes: links of length and mass 1, centres at 0.5, moments of inertia 1. */
function slopes([angle1, angle2, turn1, turn2], torque) {
  const [g, centre] = [9.8, 0.5];
  const d1 = centre ** 2 + 1 + centre ** 2 + 2 * centre * Math.cos(angle2) + 2;
  const d2 = centre ** 2 + centre * Math.cos(angle2) + 1;
  const phi2 = centre * g * Math.cos(angle1 + angle2 - Math.PI / 2);
  const phi1 = -centre * turn2 ** 2 * Math.sin(angle2) - 2 * centre * turn2 * turn1 * Math.sin(angle2)
    + (centre + 1) * g * Math.cos(angle1 - Math.PI / 2) + phi2;
  const bend2 = (torque + (d2 / d1) * phi1 - centre * turn1 ** 2 * Math.sin(angle2) - phi2) / (centre ** 2 + 1 - d2 ** 2 / d1);
  const bend1 = -(d2 * bend2 + phi1) / d1;
  return [turn1, turn2, bend1, bend2];
}

/** A weak car in a valley: state [position, speed]; the actions push left, not at all, right. */
const mountaincar = {
  actions: 3,
  perSecond: 30,
  mostSteps: 200,
  starts: (random) => [spread(random, -0.6, -0.4), 0],
  step([position, speed], action) {
    const faster = clamp(speed + (action - 1) * 0.001 - 0.0025 * Math.cos(3 * position), -0.07, 0.07);
    const next = clamp(position + faster, -1.2, 0.6);
    return [next, next === -1.2 && faster < 0 ? 0 : faster];
  },
  isOver: ([position, speed]) => position >= 0.5 && speed >= 0,
  sees: (state) => state,
  push: ([position, speed], strength) => [position, clamp(speed + 0.02 * strength, -0.07, 0.07)],
  reward: () => -1,
  idle: () => 1,
};

export const WORLDS = { cartpole, acrobot, mountaincar };

/** Repeatable random numbers in 0..1 for starts, from a seed. */
export function dice(seed) {
  let word = seed >>> 0;
  return () => {
    word = (word + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(word ^ (word >>> 15), 1 | word);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
