"""One visitor at one lesson: their run, whether it plays, and the frame they see."""

from __future__ import annotations

import secrets
import threading
import time
from urllib.parse import urlencode

import torch

from playground.core.album import Moment
from playground.core.lesson import SPEEDS as SPEEDS
from playground.core.lesson import Lesson
from playground.core.limits import RunConfig
from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.text import Text
from playground.ui.archive import Archive, Earlier
from playground.ui.encode import encode_pictures, join
from playground.ui.lottery import LotteryThread
from playground.ui.parcels import Parcel, Parcels
from playground.ui.remedies import Remedies
from playground.ui.task import Task
from playground.ui.thumbnails import thumbnails
from playground.ui.timeline import Then, Timeline
from playground.ui.voice import Voice

PACES = {"real": 1, "four": 4}  # times the lesson's own pace
MOST_CATCH_UP = 2000  # steps that a link may ask for
CATCH_UP_SECONDS = 2.0
BACK_SECONDS = 0.2  # of learning again in one answer, on the way back to an earlier moment
LONGEST_LINK = 1500  # characters; own points beyond that stay out of the address


class Seat:
    """Whoever uses more than one of its methods in a row holds `lock`."""

    def __init__(self, lesson: Lesson, text: Text, device: torch.device, parcels: Parcels | None = None) -> None:
        self.lesson = lesson
        self.text = text
        self.device = device
        self.lock = threading.RLock()
        self.wake = threading.Event()
        self.speed = "real"
        self._owed = 0.0  # parts of a step that the pace still owes
        self.course = True
        self.playing = False
        self._name = secrets.token_hex(4)
        self._ticket = 0
        self.answered = 0
        self._frames = 0
        self._renewals = 0
        self._number = 0  # of the run, as long as this visitor stays
        self.archive = Archive()
        self._parcels = Parcels() if parcels is None else parcels
        self._parcel = {"token": "", "name": ""}
        self.code = ""  # under which token the program waits that was asked for last
        self.is_drawing = False  # a figure or a report, outside the lock
        self.voice = Voice(text)
        self.run: Run
        self.timeline: Timeline
        self.lottery = LotteryThread()
        self.remedies = Remedies(lesson, text, device)
        self.task = Task(lesson, text)
        self.renew(next(iter(lesson.presets.values())).config)

    def begin(self) -> int | None:
        """Start playing; returns the ticket of this play, or None with a notice when there is nothing to learn from."""
        with self.lock:
            self.interrupt()
            if not self.is_ready():
                return None
            try:
                self.branch_off(self.reopen)
            except BadValue as error:
                self.voice.refuse(error)
                return None
            if not self.timeline.is_rewinding:
                self.voice.explain("playing")
            self.wake.clear()
            self.playing = True
            return self._ticket

    def is_playing(self, ticket: int) -> bool:
        """Whether this play still goes on: a pause, a reset or a newer play ends it."""
        return self.playing and ticket == self._ticket

    def interrupt(self) -> None:
        """Stop playing; the transport wakes up at once. Needs no lock, so that a pause is never late."""
        self._ticket += 1
        self.playing = False
        self.wake.set()

    def close(self) -> None:
        """The visitor has left: nothing goes on for them."""
        self.interrupt()
        self.lottery.clear()
        self.archive.clear()

    def end(self, ticket: int, reason: str = "", **facts: object) -> None:
        """The play with this ticket is over."""
        with self.lock:
            if ticket == self._ticket:
                self.playing = False
                if reason:
                    self.voice.explain(reason, **facts)

    def take_turn(self, ticket: int, seconds: float) -> None:
        """Learn as much as a frame at this speed wants, within so many seconds, if this play still goes on."""
        with self.lock:
            if not self.is_playing(ticket):
                return  # a reset came first: its fresh run must stay at step 0
            if not self.is_ready():
                self.interrupt()
            elif self.timeline.is_rewinding:
                self._go_back(seconds)
            elif self.speed == "slow":
                self.run.advance_stage()
            elif self.speed == "one":
                self.run.advance(steps=1)
            elif self.speed in PACES:
                self._owed += PACES[self.speed] * self.lesson.pace
                steps = int(self._owed)
                self._owed -= steps
                self.run.advance(steps=steps, seconds=seconds)
            else:
                self.run.advance(seconds=seconds)

    def is_ready(self) -> bool:
        """Whether there is something to learn from; says what is missing."""
        if not self.has_data():
            return False
        lacking = self.run.lacking()
        if lacking:
            self.voice.refuse(lacking)
            self.voice.explain("ready")
        return lacking is None

    def has_data(self) -> bool:
        """Whether the data are here; says how far they are on their way."""
        lacking = self.run.lacking()
        if lacking and lacking.key == "loading":
            self.voice.explain("loading", **lacking.facts)
            return False
        return True

    def _follow_loading(self) -> None:
        """Data that come over the network are told as they come, and what came instead of them too."""
        if self.has_data() and self.voice.reason == "loading":
            self.voice.explain("ready")
            self.voice.tell_remark(self.run.remark())

    def reopen(self) -> None:
        """Let a stopped run go on; a diverged one starts anew."""
        if self.run.stop and self.run.stop.reason == "diverged":
            self.renew(self.run.config)
        elif self.run.stop:
            self.run.resume()

    def renew(self, config: RunConfig) -> None:
        """Start a new run; raises BadValue and keeps the old one where the lesson refuses the config."""
        self.take_over(Run(self.lesson.build, config, self.device))
        self.voice.explain("ready")
        if self.run.lacking() is None:
            self.voice.tell_remark(self.run.remark())

    def take_over(self, run: Run, timeline: Timeline | None = None, number: int = 0) -> None:
        """Another run takes the place of the present one, whose drawings stay with the visitor."""
        if self._renewals:
            run.inherit(self.run)
            self.archive.add(Earlier(self._number, self.run, self.timeline))
        self.run = run
        self.task.begin()
        self.timeline = timeline or Timeline()
        self._renewals += 1
        self._number = number or self._renewals

    def return_to(self, earlier: Earlier) -> None:
        """An earlier run is the present one again, where it stood; the present one becomes an earlier one."""
        self.archive.forget(earlier)
        self.take_over(earlier.run, earlier.timeline, earlier.number)
        stop = self.run.stop
        if stop and stop.reason == "diverged":
            self.voice.explain_stop(stop)
        else:
            self.voice.explain("returned", step=self.run.step)

    @property
    def config(self) -> RunConfig:
        """The settings of what is on the page: of the run, or of the moment that is looked back at."""
        return self.timeline.moment.config if self.timeline.moment else self.run.config

    def look_back(self, step: int) -> None:
        """Show the run as it was at a step; its own step is the present again."""
        self.interrupt()
        if self.timeline.moment is None:
            self.voice.remember_present()
        self.timeline.look(self.run, step)
        if self.timeline.moment:
            self.voice.explain("past", step=self.timeline.moment.step)
        else:
            self.voice.explain_present()

    def branch_off(self, then: Then) -> None:
        """Do something at the moment that is shown: at once, or after the way back there.

        Raises BadValue where no way leads there.
        """
        if self.timeline.moment and self.lesson.keeps:
            self.timeline.begin(self.lesson, self.device, self.run, then)
            self._tell_way()
        else:
            self.timeline.return_to_now()
            then()

    def _go_back(self, seconds: float) -> None:
        """Go on with the way back for so many seconds, and take the run over when it has arrived."""
        try:
            arrived = self.timeline.advance(seconds)
            if arrived is None:
                self._tell_way()
                return
            run, timeline, then = arrived
            self.take_over(run, timeline)
            if self.playing:
                self.voice.explain("playing")
            else:
                self.voice.explain("branched", step=run.step)
            for action in then:
                action()
        except BadValue as error:
            self.voice.refuse(error)
            if self.timeline.moment:
                self.look_back(self.timeline.moment.step)

    def _tell_way(self) -> None:
        moment, share = self.timeline.moment, self.timeline.share
        assert moment is not None
        self.voice.explain("rewinding", step=moment.step, percent=f"{100 * share:.0f}")

    def put(self, parcel: Parcel) -> str:
        """The token under which the visitor's browser can fetch something."""
        return self._parcels.put(parcel)

    def hand_out(self, parcel: Parcel) -> None:
        """Let the visitor's browser save a file."""
        self._parcel = {"token": self.put(parcel), "name": parcel.name}

    def file_name(self, ending: str) -> str:
        """What a file about this moment is called."""
        return f"{self.lesson.key}-{self.preset() or 'run'}-{self.run.step}{ending}"

    def take_fix(self, key: object) -> None:
        """Go on, or start anew, under the settings that the card with this key offers."""
        card = next((card for card in self.run.cards if card.key == key), None)
        values = self.remedies.fix_of(card, self.task.hidden) if card else {}
        if card is None or not values:
            raise BadValue("bad_fix")
        self.timeline.return_to_now()
        config = self.run.config.changed(values)
        if card.restarts or not self.run.config.keeps_run(config):
            self.renew(config)
            if self.playing:
                self.voice.explain("playing")
            return
        self.run.tune(config)

    def frame(self) -> str:
        """What this visitor sees now, as the stage's one string."""
        with self.lock:
            self._follow_loading()
            if self.timeline.is_rewinding and not self.playing:
                self._go_back(BACK_SECONDS)
            stage, shown = ("", self.timeline.moment) if self.timeline.moment else self._look()
            self._frames += 1
            config = shown.config
            state = {
                "seat": self._name,
                "n": self._frames,
                "answered": self.answered,
                "renewal": self._renewals,
                "run": self._number,
                "earlier": self.archive.packed(),
                "step": shown.step,
                "epoch": shown.epoch,
                "metrics": shown.metrics,
                "stage": stage,
                "playing": self.playing,
                "cards": self.remedies.show(self.run, self.task.hidden),
                "task": self.task.show(shown.step, shown.metrics, config),
                "replay": self._replay(),
                "busy": self._is_busy(),
                "speed": self.speed,
                "course": self.course,
                "preset": self.preset(),
                "parcel": self._parcel,
                "code": self.code,
                **self.voice.packed(),
                "config": {name: getattr(config, name) for name in config.knobs()},
                "link": self.link(),
                "thumbnails": thumbnails(self.lesson, config),
                "timeline": self.timeline.packed(self.run),
                "lottery": self.lottery.packed(config),
            }
            return join(state, shown.pictures)

    def _is_busy(self) -> bool:
        """Whether something goes on in the background that the page wants to hear of."""
        working = self.remedies.is_busy() or self.timeline.is_rewinding or self.lottery.is_busy
        return working or self.run.is_busy()

    def _look(self) -> tuple[str, Moment]:
        """The stage of the step under way, and the present moment."""
        frame = self.run.peek(closely=self.speed == "slow")
        if frame.stop and self.playing:
            self.interrupt()
            self.voice.explain_stop(frame.stop)
        return frame.stage, self.timeline.keep(self.run, frame, encode_pictures(frame.pictures), self.lesson)

    def link(self) -> str:
        """The query part of an address that opens this configuration."""
        query = {"tab": self.lesson.key, **self.config.query(), **self.task.query()}
        if len(query.get("own", "")) > LONGEST_LINK:
            del query["own"]
        return urlencode(query)

    def catch_up(self, step: int) -> None:
        """Bring a fresh run to a step, as far as a moment is enough for that."""
        end = time.monotonic() + CATCH_UP_SECONDS
        while self.run.step < step and not self.run.stop and time.monotonic() < end:
            self.run.advance(steps=step - self.run.step, seconds=max(0.0, end - time.monotonic()))
            if self.run.step >= self.run.config.steps > 0:
                break
        self.voice.explain("reopened", step=self.run.step)

    def _replay(self) -> int:
        """The step that a link can bring others to: nothing was done by hand, and it is not far; 0 where it cannot."""
        return self.run.step if not self.run.edits and self.run.step <= MOST_CATCH_UP else 0

    def preset(self) -> str:
        """The preset whose settings these are; empty when they are the visitor's own."""
        names = (name for name, preset in self.lesson.presets.items() if preset.config == self.config)
        return next(names, "")
