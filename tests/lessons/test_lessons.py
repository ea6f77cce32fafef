"""What every lesson promises, also the next one."""

import pytest

from playground.core.run import Run
from playground.lessons import LESSONS
from playground.lessons.classifier import CLASSIFIER
from playground.lessons.regression import REGRESSION
from playground.ui.seat import SPEEDS

PRESETS = [(lesson, name) for lesson in (REGRESSION, CLASSIFIER) for name in lesson.presets]


@pytest.mark.parametrize(("lesson", "name"), PRESETS, ids=[f"{lesson.key}-{name}" for lesson, name in PRESETS])
def test_every_preset_runs_and_shows_only_pictures_that_have_a_panel(device, lesson, name):
    preset = lesson.presets[name]
    run = Run(lesson.build, preset.config, device)
    assert run.lacking() is None
    run.advance(steps=3)
    frame = run.peek()
    assert frame.step == 3
    assert set(frame.pictures) <= set(lesson.panels)
    assert preset.speed in SPEEDS
    assert type(preset.config) is lesson.config


def test_keys_and_presets_are_told_apart():
    assert len({lesson.key for lesson in LESSONS}) == len(LESSONS)
    for lesson in LESSONS:
        configs = [preset.config for preset in lesson.presets.values()]
        assert len(set(configs)) == len(configs)
        assert lesson.pace >= 1
        assert lesson.gallery in ("", *lesson.config.knobs())
