"""The table of lanes accepts what it declares, survives a link, and refuses everything else with a sentence."""

import pytest

from playground.core.knobs import Number
from playground.core.lanes import KINDS, LEAST_LANES, MOST_LANES, SCHEDULES, LaneSpec, lane
from playground.core.refusal import BadValue
from playground.lessons.racing.config import COURSE, RaceConfig
from playground.text import LANGUAGES, Text

KNOB = RaceConfig.knobs()["lanes"]
GOOD = {"slot": 0, "kind": "adam", "lr": 0.01}


def with_second(**values):
    """Two lanes, the first of them with these values."""
    return [{**GOOD, **values}, {"slot": 7, "kind": "sgd", "lr": 0.1}]


def test_every_kind_and_schedule_survives_the_way_through_a_link():
    for kind, card in KINDS.items():
        for schedule in SCHEDULES:
            options = {name: (option.low + option.high) / 2 for name, option in card.options.items()}
            specs = (lane(3, kind, 1.5e-05, schedule, **options), lane(0, "sgd", 0.1))
            assert KNOB.read(KNOB.write(specs)) == specs


def test_the_link_is_short_and_stays_as_it_is():
    """Links that people have shared must go on working."""
    assert KNOB.write(COURSE) == (
        "0_sgd_0.01_constant~1_momentum_0.01_constant_momentum-0.8~2_rmsprop_0.01_constant_alpha-0.9"
        "~3_adam_0.01_constant_beta2-0.99"
    )


def test_options_are_kept_in_one_form():
    """Defaults are left out and the order is the kind's, so that equal lanes are equal."""
    one = lane(0, "adam", 0.01, beta2=0.99, beta1=0.8, decay=0)
    assert one.options == (("beta1", 0.8), ("beta2", 0.99))
    assert one.option("decay") == 0
    assert KNOB.check([one, lane(1, "sgd", 1)])[0] == one
    pairs = {"slot": 0, "kind": "adam", "lr": 0.01, "options": [["beta2", 0.99], ["beta1", 0.8]]}
    assert KNOB.check([pairs, lane(1, "sgd", 1)])[0] == one
    assert lane(0, "lbfgs", 1, iterations=2.6).option("iterations") == 3


NAN, INF = float("nan"), float("inf")
HOSTILE = [
    None, 0, True, "", "junk", {}, [], [GOOD], [GOOD, GOOD], "0_sgd_0.1_constant", {"0": GOOD},
    [{**GOOD, "slot": place} for place in range(MOST_LANES + 1)],
    [GOOD, None], [GOOD, []], [GOOD, "1_sgd_0.1_constant"], [GOOD, {"slot": 1}],
    *[with_second(slot=slot) for slot in (-1, 8, 1.0, True, "0", None, 10**30, 7)],
    *[with_second(kind=kind) for kind in ("Adam", "", None, 1, [], ["adam"], "__class__", "x" * 10_000)],
    *[with_second(lr=rate) for rate in (0, -1, NAN, INF, 1e9, "0.1", True, None, [0.1], 10**400)],
    *[with_second(schedule=schedule) for schedule in ("", None, 1, "linear", [])],
    *[with_second(options=options) for options in (
        None, 1, "momentum", [1], [["beta1"]], [[1, 0.5]], {"momentum": 0.5}, {"beta1": 1}, {"beta1": NAN},
        {"beta1": "0.9"}, {"beta1": None}, {"beta1": True}, [["beta1", [0.9]]], [[["beta1"], 0.9]],
    )],
    with_second(extra=1),
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:40])
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_lanes_are_refused_with_a_sentence(value, language):
    with pytest.raises(BadValue) as refusal:
        RaceConfig().changed({"lanes": value})
    assert len(Text(language).refusal(refusal.value)) > 10


@pytest.mark.parametrize(
    "text",
    ["", "~", "_", "0", "0_sgd", "0_sgd_x_constant", "0_sgd_0.1_constant", "0_sgd_0.1_constant~0_sgd_0.1_constant",
     "0_sgd_nan_constant~1_sgd_1_constant", "0_sgd_1_constant_momentum-0.9~1_sgd_1_constant", "٣_sgd_1_constant",
     "0_sgd_1_constant_decay-~1_sgd_1_constant", "~".join(f"{i}_sgd_1_constant" for i in range(9)), "0_" * 9000],
)  # fmt: skip
def test_hostile_links_are_refused(text):
    with pytest.raises(BadValue):
        KNOB.read(text)


def test_muon_is_refused_where_there_is_nothing_for_it():
    """Rather than changed silently into something else."""
    muon = (lane(0, "muon", 0.01), lane(1, "sgd", 0.01))
    with pytest.raises(BadValue, match="muon_depth"):
        RaceConfig(lanes=muon)
    with pytest.raises(BadValue, match="muon_surface"):
        RaceConfig(lanes=muon, work="saddle", depth=2)
    assert RaceConfig(lanes=muon, depth=2).lanes == muon


def test_a_step_that_would_hold_the_machine_up_is_refused():
    heavy = {"work": "digits", "hidden": 64, "depth": 4, "batch": 1000}
    with pytest.raises(BadValue, match="race_too_heavy"):
        RaceConfig(**heavy, fan=True)
    with pytest.raises(BadValue, match="race_too_heavy"):
        RaceConfig(work="digits", batch=0)
    with pytest.raises(BadValue, match="race_too_heavy"):
        RaceConfig(**heavy, lanes=tuple(lane(slot, "lbfgs", 0.1, iterations=10) for slot in range(8)))
    with pytest.raises(BadValue, match="race_too_heavy"):
        RaceConfig(fan=True, lanes=tuple(lane(slot, "lbfgs", 0.1, iterations=10) for slot in range(8)))
    assert RaceConfig(**heavy).batch == 1000
    assert RaceConfig(fan=True, lanes=(lane(0, "lbfgs", 0.1), lane(1, "adam", 0.01))).fan


def test_what_the_table_offers_is_allowed():
    for kind, card in KINDS.items():
        assert lane(0, kind, card.rate) == LaneSpec(0, kind, card.rate)
        for name, option in card.options.items():
            for value in (option.low, option.high):
                lane(0, kind, card.rate, **{name: value})
    assert 2 == LEAST_LANES < MOST_LANES == 8
    assert isinstance(RaceConfig.knobs()["steps"], Number)
