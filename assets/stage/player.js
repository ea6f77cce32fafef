// Moves what the scene shows: from moments that the server sends, or by playing the world here.

import { best } from "./brain.js";
import { WORLDS, dice } from "./physics.js";

const BEHIND = 0.09; // seconds that the picture stays behind the newest moment, so that it never has to wait for one
const FALLEN = 0.9; // seconds that an end is shown before the next start
const TRACE = 60; // places remembered for the map

/** Plays back a stream of moments at the speed at which they come, smoothly between them. */
export function stream() {
  const moments = [];
  let head = 0; // the number of the moment shown, with its fraction
  let rate = 50; // moments a second
  let came = 0;

  const at = (number) => moments[number - (moments[0]?.number ?? 0)];
  return {
    clear() { moments.length = 0; head = 0; },
    add(table, now) {
      const [rows, width] = table.shape;
      const last = moments.at(-1)?.number ?? -1;
      const first = table[0];
      if (first > last + 1 || table[(rows - 1) * width] < last) moments.length = 0; // a gap, or another run
      if (!moments.length) head = first;
      const before = moments.at(-1)?.number ?? first;
      for (let i = 0; i < rows; i += 1) {
        const [number, episode, steps, action, ...state] = table.subarray(i * width, (i + 1) * width);
        const known = at(number);
        if (known) known.state = state; // a push changes the newest one
        else moments.push({ number, episode, steps, action, state });
      }
      const fresh = moments.at(-1).number - before;
      if (fresh && came) rate += 0.25 * (Math.min(2000, fresh / Math.max(0.02, (now - came) / 1000)) - rate);
      if (fresh) came = now;
      while (moments.length > 120) moments.shift();
      head = Math.max(head, moments[0].number);
    },
    advance(seconds) {
      if (!moments.length) return null;
      const newest = moments.at(-1).number;
      const lag = newest - head;
      const speed = Math.max(0, rate + (lag - rate * BEHIND) * 4);
      head = Math.min(newest, head + speed * seconds);
      const [from, to] = [at(Math.floor(head)), at(Math.min(newest, Math.floor(head) + 1))];
      const share = to.episode === from.episode ? head - Math.floor(head) : 0;
      const state = from.state.map((value, i) => mixed(value, to.state[i], share));
      const trace = moments.filter((moment) => moment.episode === from.episode && moment.number <= head).map((moment) => moment.state);
      const isEnd = to.episode !== from.episode || lag < 1e-6;
      return { state, action: to.episode === from.episode ? to.action : from.action, steps: from.steps, episode: from.episode, trace, isMoving: lag > 0, isEnd };
    },
    get newest() { return moments.at(-1); },
  };
}

/** Between two values; an angle that wraps around jumps. */
const mixed = (a, b, share) => (Math.abs(b - a) > 3 ? b : a + (b - a) * share);

/** Plays a world here: `decide(seen, step, state)` gives the action. */
export function game(name, decide, seed) {
  const world = WORLDS[name];
  const random = dice(seed);
  let state = world.starts(random);
  let before = state;
  let [steps, score, episode, owed, waits, action] = [0, 0, 1, 0, 0, -1];
  let trace = [state];
  let isOver = false;
  const ended = [];

  function start() {
    state = world.starts(random);
    before = state;
    [steps, score, owed, waits, action, isOver] = [0, 0, 0, 0, -1, false];
    trace = [state];
    episode += 1;
  }
  function step() {
    action = decide(world.sees(state), steps, state);
    before = state;
    state = world.step(state, action);
    steps += 1;
    score += world.reward(state);
    trace.push(state);
    if (trace.length > TRACE) trace.shift();
    isOver = world.isOver(state);
    if (isOver || steps >= world.mostSteps) {
      ended.push(score);
      waits = FALLEN;
      isOver = true;
    }
  }
  return {
    ended,
    start,
    push(strength) { if (!isOver) state = world.push(state, strength); },
    advance(seconds, speed = 1, isHeld = false) {
      if (waits > 0) {
        waits -= seconds;
        if (waits <= 0) start();
      } else if (!isHeld) {
        owed = Math.min(owed + seconds * world.perSecond * speed, 25); // a tab that slept does not race to catch up
        while (owed >= 1 && !isOver) {
          owed -= 1;
          step();
        }
      }
      const share = isOver ? 1 : owed % 1;
      const shown = before.map((value, i) => mixed(value, state[i], share));
      return { state: world.sees(shown), raw: shown, action, steps, score, episode, trace: trace.map(world.sees), isOver, isMoving: true, isEnd: isOver };
    },
  };
}

/** Decides as a net does. */
export const greedy = (think) => (seen) => best(think(seen));

