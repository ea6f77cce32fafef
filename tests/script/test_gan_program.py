"""The program of the GAN painter, where the turns are changed by hand."""

from pathlib import Path

from playground.lessons.gan import GAN
from tests.script.runs import assert_agree, script_of, started


def test_turns_and_rates_that_were_changed_by_hand(tmp_path: Path) -> None:
    course, clamped = started(GAN, 4), started(GAN, 3, game="wgan", conditional=True)
    for values in (
        {"k_d": 2},
        {"train": "only_g"},
        {"lr_d": 0.01, "beta1": 0.5},
        {"train": "both", "k_g": 3, "k_d": 1},
    ):
        course.tune(course.config.changed(values))
        course.advance(3)
    for values in ({"k_d": 2, "k_g": 3}, {"train": "only_d", "lr_g": 0.02}, {"train": "both", "k_g": 1}):
        clamped.tune(clamped.config.changed(values))
        clamped.advance(3)
    assert_agree({"course": (GAN, course), "wgan": (GAN, clamped)}, tmp_path)


def test_the_course_s_step_is_as_short_as_the_course_s() -> None:
    """One forward and one backward pass serve both nets, and no label is made that nobody reads."""
    script = script_of(started(GAN, 3), GAN)
    loop = script[script.index("for step") : script.index("with torch.no_grad()")]
    assert loop.count(".backward()") == 1
    assert "labels" not in script
    assert "_2" not in loop
