"""What a visitor may do to their seat; everything that arrives is checked here, and nothing is lost by a refusal."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from playground.core.challenge import read_challenge
from playground.core.keep import LARGEST
from playground.core.limits import RunConfig
from playground.core.refusal import BadValue, echo
from playground.data.tables import MAX_BYTES
from playground.ui import keeping
from playground.ui.code import show
from playground.ui.figures import Later, save_figure, save_report
from playground.ui.seat import MOST_CATCH_UP, Seat

LONGEST_QUERY = 20_000
LARGEST_NUMBER = 2**31

Action = Mapping[str, Any]


def perform(seat: Seat, action: Any) -> None:
    """Do what the stage asks; a refusal becomes a notice and leaves the run as it was."""
    if isinstance(action, Mapping) and action.get("kind") in ("pause", "reset", "rewind", "return"):
        seat.interrupt()  # ahead of the lock: the turn that plays now must not delay it
    seat.run.hurry()
    later = None
    with seat.lock:
        number = action.get("number") if isinstance(action, Mapping) else None
        if type(number) is int and seat.answered < number < LARGEST_NUMBER:
            seat.answered = number
        try:
            later = _find(action)(seat, action)
        except BadValue as error:
            seat.voice.refuse(error)
    if later:  # what takes long and needs no lock
        later()


def open_link(seat: Seat, query: str) -> None:
    """Take the configuration from an address; each value that is not allowed is named and left at its default."""
    given = dict(parse_qsl(query[:LONGEST_QUERY].lstrip("?"), keep_blank_values=True))
    if not given or given.get("tab", seat.lesson.key) != seat.lesson.key:
        return
    values: dict[str, Any] = {}
    seat.task.leave()
    for name, knob in seat.lesson.config.knobs().items():
        if name in given:
            try:
                values[name] = knob.read(given[name])
            except BadValue as error:
                seat.voice.refuse(error)
    try:
        if values:
            seat.renew(seat.lesson.config().changed(values))
    except BadValue as error:  # each value is allowed, but not all of them together
        seat.voice.refuse(error)
    try:
        challenge = read_challenge(given, seat.run.config, seat.lesson.aims)
        if challenge:
            seat.task.take(challenge)
            seat.archive.clear()  # nothing from before it may be brought in
        if "step" in given:
            _catch_up(seat, given["step"])
    except BadValue as error:
        seat.voice.refuse(error)


def _catch_up(seat: Seat, text: str) -> None:
    """Go to the step that a link names."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) <= MOST_CATCH_UP):
        raise BadValue("bad_step", value=echo(text), most=MOST_CATCH_UP)
    if seat.run.lacking() is not None:
        raise BadValue("bad_step_data")
    seat.catch_up(int(text))
    if seat.run.step < int(text):
        raise BadValue("bad_step_short", step=seat.run.step, wanted=int(text))


def _find(action: Any) -> Callable[[Seat, Action], Later | None]:
    kind = action.get("kind") if isinstance(action, Mapping) else action
    if not isinstance(kind, str) or kind not in ACTIONS:
        raise BadValue("bad_action", value=echo(kind))
    return ACTIONS[kind]


def _open(seat: Seat, action: Action) -> None:
    open_link(seat, str(action.get("query", "")))


def _look(seat: Seat, action: Action) -> None:
    """Only a frame is wanted."""


def _pause(seat: Seat, action: Action) -> None:
    seat.timeline.stay()
    if seat.timeline.moment is None:
        seat.voice.explain("paused")
    else:
        seat.look_back(seat.timeline.moment.step)


def _step(seat: Seat, action: Action) -> None:
    seat.interrupt()
    if not seat.is_ready():
        return
    seat.branch_off(lambda: _step_here(seat))


def _step_here(seat: Seat) -> None:
    seat.reopen()
    seat.voice.explain("paused")
    if seat.speed == "slow":
        seat.run.advance_stage()
    else:
        seat.run.advance(steps=1)
    stop = seat.run.peek().stop
    if stop:
        seat.voice.explain_stop(stop)


def _reset(seat: Seat, action: Action) -> None:
    seat.renew(seat.config)


def _set_speed(seat: Seat, action: Action) -> None:
    if action.get("value") not in seat.lesson.speeds:
        raise BadValue("bad_action", value=echo(action.get("value")))
    seat.speed = action["value"]
    seat.wake.set()


def _set_course(seat: Seat, action: Action) -> None:
    seat.course = action.get("value") is True


def _set(seat: Seat, action: Action) -> None:
    values = action.get("values")
    if not isinstance(values, Mapping):
        raise BadValue("bad_action", value=echo(values))
    adopt(seat, values)


def _set_preset(seat: Seat, action: Action) -> None:
    name = action.get("value")
    if not isinstance(name, str) or name not in seat.lesson.presets:
        raise BadValue("bad_preset", value=echo(name), options=", ".join(seat.lesson.presets))
    seat.task.forbid()
    preset = seat.lesson.presets[name]
    seat.interrupt()
    seat.renew(preset.config)
    seat.speed, seat.course = preset.speed, preset.course


def _leave(seat: Seat, action: Action) -> None:
    seat.task.leave()


def _fix(seat: Seat, action: Action) -> None:
    seat.take_fix(action.get("value"))


def _probe(seat: Seat, action: Action) -> None:
    name, value = str(action.get("name")), action.get("value")
    if seat.run.check(name, value):
        seat.branch_off(lambda: seat.run.probe(name, value))
        return
    seat.run.probe(name, value)
    if not seat.run.is_glance(name):
        _return_to_now(seat)  # the net that answers is that of now


def _load_table(seat: Seat, action: Action) -> None:
    data = action.get("data")
    if not isinstance(data, str) or seat.lesson.read_table is None:
        raise BadValue("bad_action", value=echo(data))
    if len(data) > 2 * MAX_BYTES:
        raise BadValue("csv_big", size=f"{len(data) * 3 / 4e6:.1f}", most=f"{MAX_BYTES / 1e6:g}")
    table = _bytes(data, "csv_binary")
    adopt(seat, {"own": seat.lesson.read_table(table)})


def _bytes(text: str, refusal: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise BadValue(refusal) from error


def _load_picture(seat: Seat, action: Action) -> None:
    data = action.get("data")
    if not isinstance(data, str) or seat.lesson.read_picture is None:
        raise BadValue("bad_action", value=echo(data))
    normalise = action.get("normalise") is not False
    seat.run.probe("picture", seat.lesson.read_picture(_bytes(data, "bad_picture"), normalise))
    _return_to_now(seat)


def _rewind(seat: Seat, action: Action) -> None:
    step = action.get("step")
    if type(step) is not int or not 0 <= step < LARGEST_NUMBER:
        raise BadValue("bad_action", value=echo(step))
    seat.look_back(step)


def _return(seat: Seat, action: Action) -> None:
    seat.return_to(seat.archive.find(action.get("run")))


def _forget(seat: Seat, action: Action) -> None:
    seat.archive.forget(seat.archive.find(action.get("run")))


def _return_to_now(seat: Seat) -> None:
    if seat.timeline.moment:
        seat.look_back(seat.run.step)


def _draw_lots(seat: Seat, action: Action) -> None:
    value = action.get("value")
    if not seat.lesson.lottery or value not in ("start", "stop", "clear"):
        raise BadValue("bad_action", value=echo(value))
    if value == "stop":
        seat.lottery.stop()
    elif value == "clear":
        seat.lottery.clear()
    elif seat.is_ready():
        seat.lottery.start(seat.lesson.build, seat.config, seat.device)


def _save(seat: Seat, action: Action) -> None:
    keeping.save(seat, action.get("form", "run"))


def _code(seat: Seat, action: Action) -> None:
    show(seat, action.get("form"))


def _open_run(seat: Seat, action: Action) -> None:
    data = action.get("data")
    if not isinstance(data, str):
        raise BadValue("bad_action", value=echo(data))
    if len(data) > 2 * LARGEST:
        raise BadValue("bad_run_size", size=f"{len(data) * 3 / 4e6:.0f}", most=LARGEST // 1_000_000)
    keeping.open_file(seat, _bytes(data, "bad_run_file"))


def adopt(seat: Seat, values: Mapping[str, Any]) -> None:
    """Go on under changed settings where that is possible, else start anew under them.

    What is changed while the reader looks back, is changed at that moment: the run goes on from there.
    """
    config = seat.config.changed(values)
    seat.task.guard(seat.config, config)
    if seat.config.keeps_run(config):
        seat.branch_off(lambda: _tune(seat, seat.run.config.changed(values)))
    else:
        seat.renew(config)
        if seat.playing:
            seat.voice.explain("playing")


def _tune(seat: Seat, config: RunConfig) -> None:
    was_stopped = seat.run.stop is not None
    seat.run.tune(config)
    if was_stopped and seat.run.stop is None:
        seat.voice.explain("paused")


ACTIONS: Mapping[str, Callable[[Seat, Action], Later | None]] = {
    "open": _open,
    "look": _look,
    "pause": _pause,
    "step": _step,
    "reset": _reset,
    "speed": _set_speed,
    "course": _set_course,
    "set": _set,
    "preset": _set_preset,
    "fix": _fix,
    "leave": _leave,
    "probe": _probe,
    "csv": _load_table,
    "image": _load_picture,
    "save": _save,
    "code": _code,
    "run": _open_run,
    "figure": save_figure,
    "report": save_report,
    "rewind": _rewind,
    "return": _return,
    "forget": _forget,
    "lottery": _draw_lots,
}
