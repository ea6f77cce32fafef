"""Writes one step of one lane: the lines that every course has, and what schedules and L-BFGS add to them."""

from __future__ import annotations

from dataclasses import dataclass

from playground.script.lessons.race_lanes import Story
from playground.script.pen import Pen


@dataclass(frozen=True)
class LaneStep:
    """at: what leads from a lane's name to one of a fan; many: a lane's optimizers are a list."""

    pen: Pen
    story: Story
    learner: str  # the variable that holds what learns
    output: str  # what it says; empty where it is the loss itself
    loss: str  # with {} for what it says
    at: str = ""
    many: bool = False

    def write(self) -> None:
        pen = self.pen
        pen.line(f"optimizer = optimizers[name]{self.at}")
        if self.story.has_rates:
            with pen.block("if name in rates:"):
                self._each("optimizer.param_groups[0]['lr'] = rates[name](step - 1)")
        if self.story.has("lbfgs"):
            self._step_with_closure()
        else:
            self._step()
        pen.line(f"losses[name]{self.at}.append(loss.item())")
        if self.story.has_plateaus:
            self._listen()

    def _step(self) -> None:
        pen = self.pen
        pen.line(self._forget)
        if self.output:
            pen.stage("forward")
            pen.line(f"prediction = {self.output}")
        pen.stage("loss")
        pen.line(f"loss = {self.loss.format('prediction')}")
        pen.stage("backward")
        pen.line("loss.backward()")
        pen.stage("update")
        self._each("optimizer.step()")

    def _step_with_closure(self) -> None:
        """L-BFGS computes the loss several times a step; the others call the closure once."""
        pen = self.pen
        with pen.block("def closure():"):
            pen.line(self._forget)
            pen.line(f"loss = {self.loss.format(self.output)}")
            pen.line("loss.backward()")
            pen.line("return loss")
        pen.comment("closure")
        if self.many:
            pen.line("loss = optimizer[0].step(closure)")
            with pen.block("for beside in optimizer[1:]:"):
                pen.line("beside.step()")
        else:
            pen.line("loss = optimizer.step(closure)")

    @property
    def _forget(self) -> str:
        return f"{self.learner}.zero_grad()" if self.many else "optimizer.zero_grad()"

    def _each(self, code: str) -> None:
        """The same for all optimizers of a lane."""
        if not self.many:
            self.pen.line(code)
            return
        with self.pen.block("for one in optimizer:"):
            self.pen.line(code.replace("optimizer.", "one."))

    def _listen(self) -> None:
        """Plateaus hear the mean loss of a window."""
        pen, losses = self.pen, f"losses[name]{self.at}"
        windows = {racer.name: racer.window for racer in self.story.racers if racer.first.schedule == "plateau"}
        window = str(next(iter(windows.values())))
        if len(set(windows.values())) > 1:
            pen.line(f"window = {windows!r}.get(name, 1)")
            window = "window"
        with pen.block(f"if name in plateaus and len({losses}) % {window} == 0:"):
            pen.line(f"mean = sum({losses}[-{window}:]) / {window}")
            if self.many:
                with pen.block(f"for plateau in plateaus[name]{self.at}:"):
                    pen.line("plateau.step(mean)")
            else:
                pen.line(f"plateaus[name]{self.at}.step(mean)")
