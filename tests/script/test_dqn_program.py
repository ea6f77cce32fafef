"""The program of CartPole: each preset with its tests, rivals, pushes, what was set by hand, and how a run ended."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.core.run import Run
from playground.lessons.dqn import DQN
from playground.rl.config import SWITCHES, DqnConfig
from playground.rl.exam import SHORT
from playground.rl.worlds import KINDS
from tests.script.runs import CPU, assert_agree, differences, printed, script_of

SMALL = DqnConfig(prefill=40, memory=70, hidden=8, steps=0)  # the ring closes soon
LONG_ENOUGH = {"405": 115, "modern": 24, "plain": 24, "acrobot": 48, "mountaincar": 38}  # for an exam at the end


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """One episode says as much of Gymnasium's own worlds as five do."""
    for world in ("acrobot", "mountaincar"):
        monkeypatch.setitem(SHORT, world, 1)


def ran(count: int, **values: Any) -> Run:
    run = Run(DQN.build, replace(SMALL, **values), CPU)
    run.advance(count)
    return run


def test_presets_learn_and_are_tested_as_on_the_page(tmp_path: Path) -> None:
    runs = {name: Run(DQN.build, preset.config, CPU) for name, preset in DQN.presets.items()}
    for name, run in runs.items():
        run.advance(LONG_ENOUGH[name])
    told = printed({name: script_of(run, DQN) for name, run in runs.items()}, tmp_path)
    assert not {name: found for name, run in runs.items() if (found := differences(run, told[name]))}
    assert all({"loss", "acts", "epsilon", "test_return"} <= set(run.history.series) for run in runs.values())


def test_the_rival_has_one_switch_the_other_way(tmp_path: Path) -> None:
    runs = {switch: ran(40, rival=switch) for switch in SWITCHES}
    runs |= {"shaped": ran(30, rival="reward", reward="plain", envs=3)}
    runs |= {"target": ran(30, rival="target_net", target_net="none", every=2, updates=3)}
    assert all({"loss", "rival"} <= set(run.peek().metrics) for run in runs.values())
    assert_agree({name: (DQN, run) for name, run in runs.items()}, tmp_path)


def test_every_world_under_unusual_settings(tmp_path: Path) -> None:
    """Large nets are asked by torch, in tests or in all but the act; and what few presets have goes together."""
    runs = {
        "torch": ran(8, hidden=256, depth=3, double=True),
        "torch at length": ran(8, hidden=64, depth=2, steps=8),
        "dueling": ran(30, dueling=True, double=True, depth=2, target_net="none", envs=3),
        "no replay": ran(30, replay=False, envs=7, every=3, updates=2, double=True, done_mask=True),
        "soft": ran(30, target_net="soft", tau=0.1, loss="huber", epsilon_start=1.0, epsilon_steps=60),
        "acrobot": ran(9, world="acrobot", reward="plain", envs=2, dueling=True),
        "mountaincar": ran(9, world="mountaincar", reward="shaped", envs=3),
    }
    assert runs["torch at length"].peek().stop is not None  # then it is tested at length
    assert_agree({name: (DQN, run) for name, run in runs.items()}, tmp_path)


def by_hand(**values: Any) -> Run:
    run = ran(3, **values)
    run.probe("push", 0.75)
    run.advance(4)
    run.tune(run.config.changed({"epsilon": 0.6, "lr": 0.03}))
    run.probe("push", -1)
    run.probe("push", 0.5)
    run.advance(20)
    run.tune(run.config.changed({"epsilon": 0.0}))
    run.advance(10)
    return run


def test_what_was_done_by_hand_is_in_the_program(tmp_path: Path) -> None:
    runs = {
        "one": by_hand(),
        "many": by_hand(envs=5, epsilon_start=0.9, epsilon_steps=100),
        "rival": by_hand(rival="double"),
        "mountaincar": by_hand(world="mountaincar", envs=2),
        "acrobot": by_hand(world="acrobot", envs=2),
    }
    assert_agree({name: (DQN, run) for name, run in runs.items()}, tmp_path)


def test_how_a_run_ended_is_in_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The long test at the end; the step at which the world was solved is the last one."""
    monkeypatch.setitem(KINDS, "cartpole", replace(KINDS["cartpole"], solved=8.0))  # type: ignore[arg-type]
    monkeypatch.setattr("playground.rl.exam.EVERY", 1)
    finished, solved = ran(50, steps=31, solved=False), ran(12)
    reasons = [stop.reason for run in (finished, solved) if (stop := run.peek().stop)]
    assert reasons == ["finished", "solved"]
    assert_agree({"finished": (DQN, finished), "solved": (DQN, solved)}, tmp_path)


def test_a_program_of_a_run_that_has_not_begun(tmp_path: Path) -> None:
    run = Run(DQN.build, replace(SMALL, steps=12), CPU)
    told = printed({"new": script_of(run, DQN)}, tmp_path)["new"]
    assert not differences(ran(12), told)


def test_the_program_of_the_course_s_preset_is_what_a_course_would_write() -> None:
    run = Run(DQN.build, DqnConfig(), CPU)
    run.advance(101)
    script = script_of(run, DQN)
    kinds = [node.name for node in ast.walk(ast.parse(script)) if isinstance(node, ast.ClassDef)]
    assert kinds == ["Carts", "World", "Replay", "QNet", "Quick"]
    assert script.count(".backward()") == 1
    loop = script[script.index("for step in") : script.index("# The figure")]
    assert "_2" not in loop
    assert all(word not in script for word in ("deque", "trail", "kind", "device", "scale"))
