"""The page as a whole: languages, themes, sizes, tabs, links, visitors."""

from __future__ import annotations

import pytest

from tests.browser.conftest import House, Visit

NO_SIDEWAYS = "document.documentElement.scrollWidth <= window.innerWidth"
TABS = (("/", "regression"), ("/?tab=classifier", "classifier"))


def test_the_language_switch_keeps_the_settings(visit: Visit) -> None:
    visitor = visit("/?target=sine&lr=0.05")
    visitor.page.get_by_role("link", name="中文").click()
    visitor.page.wait_for_url("**/zh?**")
    visitor.expect("state.config && state.config.lr === 0.05 && state.config.target === 'sine'")
    assert visitor.page.evaluate("document.documentElement.lang") == "zh"
    assert visitor.page.get_by_role("tab", name="回归").is_visible()
    visitor.press("play")
    visitor.expect("state.why.reason === 'finished'")
    assert "完成" in visitor.box.get_by_role("status").inner_text()
    visitor.page.get_by_role("link", name="English").click()
    visitor.expect("state.config && state.config.lr === 0.05")
    assert visitor.page.evaluate("document.documentElement.lang") == "en"


def test_refusals_speak_the_page_s_language(visit: Visit) -> None:
    visitor = visit("/zh?lr=fast")
    visitor.box.get_by_role("alert").get_by_text("学习率：不能是“fast”").wait_for()
    assert visitor.state("state.config.lr") == 0.2


@pytest.mark.parametrize("size", [(390, 844), (768, 1024), (1024, 768), (1920, 1080)])
@pytest.mark.parametrize("language", ["/", "/zh"])
def test_no_sideways_scrolling(visit: Visit, size: tuple[int, int], language: str) -> None:
    for path, lesson in TABS:
        visitor = visit(language + path[1:], lesson=lesson, width=size[0], height=size[1])
        assert visitor.page.evaluate(NO_SIDEWAYS)
        visitor.preset(visitor.state("stage.spec.presets.at(-1).key"))
        assert visitor.page.evaluate(NO_SIDEWAYS)


def test_a_finger_draws_on_a_phone(visit: Visit) -> None:
    visitor = visit("/?tab=classifier", lesson="classifier", width=390, height=844, has_touch=True, is_mobile=True)
    visitor.page.touchscreen.tap(*visitor.at("field", 0.85, 0.85))
    visitor.expect("(state.config.own ?? []).length === 201")


def test_light_and_dark(visit: Visit) -> None:
    visitor = visit(color_scheme="light")
    page = visitor.page
    light = visitor.plot("fit").evaluate("c => c.toDataURL()")
    page.get_by_role("button", name="Light or dark").click()
    page.wait_for_function("document.body.classList.contains('dark')")
    page.wait_for_function(f"document.querySelector('[data-panel=fit] canvas').toDataURL() !== '{light}'")
    page.reload()
    visitor.expect("document.body.classList.contains('dark') && state.step === 0")
    assert visitor.plot("fit").evaluate("c => c.toDataURL()") != light


def test_a_tab_that_was_hidden_opens_with_its_pictures_drawn(visit: Visit) -> None:
    visitor = visit("/?steps=0")
    visitor.press("play")
    visitor.expect("state.step > 5")
    page = visitor.page
    page.get_by_role("tab", name="Classifier").click()
    page.wait_for_function(
        "document.querySelector('.stage[data-lesson=classifier] [data-panel=field] canvas')?.dataset.n > 0"
    )
    assert "tab=classifier" in page.url
    step = visitor.state("state.step")
    visitor.expect(f"state.step > {step}")
    page.get_by_role("tab", name="Regression").click()
    visitor.page.wait_for_function("document.querySelector('[data-panel=fit] canvas').clientWidth > 0")
    visitor.expect_ink("fit", 2000)
    visitor.expect_ink("loss", 1000)


def test_resizing_redraws_crisp(visit: Visit) -> None:
    visitor = visit(device_scale_factor=2)
    size = "c => [c.width, c.clientWidth]"
    width, shown = visitor.plot("fit").evaluate(size)
    assert width == 2 * shown
    visitor.page.set_viewport_size({"width": 1300, "height": 900})
    visitor.page.wait_for_function(f"document.querySelector('[data-panel=fit] canvas').width !== {width}")
    width, shown = visitor.plot("fit").evaluate(size)
    assert width == 2 * shown
    visitor.expect_ink("fit", 4000)


def test_nothing_flickers_while_it_learns(visit: Visit) -> None:
    """At every animation frame of 40 frames of learning the canvases hold ink."""
    visitor = visit("/?tab=classifier&steps=0", lesson="classifier")
    visitor.page.evaluate("""() => {
        const box = document.querySelector('.stage[data-lesson=classifier]');
        const canvases = [...box.querySelectorAll('.panel:not([hidden]) canvas')];
        window.blanks = 0;
        window.looks = 0;
        const look = () => {
            for (const c of canvases) {
                const data = c.getContext('2d').getImageData(c.width / 4, c.height / 4, c.width / 2, c.height / 2).data;
                if (!data.some((value, i) => i % 4 === 3 && value)) window.blanks += 1;
            }
            window.looks += 1;
            requestAnimationFrame(look);
        };
        look();
    }""")
    first = visitor.state("state.n")
    visitor.press("play")
    visitor.expect(f"state.n > {first} + 40")
    assert visitor.page.evaluate("[window.blanks, window.looks > 20]") == [0, True]


def test_a_link_opens_exactly_that_state(visit: Visit) -> None:
    query = "tab=classifier&data=moons&layers=5-4&activation=tanh&features=x.yy&lr=0.3&seed=7&test=0.25"
    visitor = visit(f"/?{query}", lesson="classifier")
    visitor.expect("state.config.data === 'moons'")
    assert visitor.state("state.config.layers") == [5, 4]
    assert visitor.state("state.config.features") == ["x", "yy"]
    wanted = dict(part.split("=") for part in query.split("&"))
    shown = visitor.page.evaluate("Object.fromEntries(new URLSearchParams(location.search))")
    assert shown == wanted


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("lr=-3", "Allowed is a number from 1e-06 to 1e+07"),
        ("layers=99-2", "up to 8 hidden layers of 1 to 16 neurons"),
        ("target=<script>alert(1)</script>", "“<script>alert(1)</script>” is not allowed"),
        ("own=1_2_3_4", "up to 1000 points"),
        ("noise=nan&lr=0.5", "Noise: “nan” is not allowed"),
    ],
)
def test_a_bad_link_is_told_and_harmless(visit: Visit, query: str, sentence: str) -> None:
    visitor = visit(f"/?{query}")
    visitor.box.get_by_role("alert").get_by_text(sentence).wait_for()
    assert visitor.page.locator(".stage script").count() == 0
    visitor.press("play")
    visitor.expect("state.step > 0")


def test_bad_text_in_a_number_box_is_told_and_put_back(visit: Visit) -> None:
    visitor = visit()
    box = visitor.box.get_by_label("Learning rate").first
    box.fill("quick")
    box.press("Enter")
    visitor.box.get_by_role("alert").get_by_text("Learning rate: “quick” is not allowed").wait_for()
    assert visitor.state("state.config.lr") == 0.2
    assert box.input_value() == "0.2"


def test_two_visitors_learn_at_once_and_leaving_frees_the_seat(visit: Visit, house: House) -> None:
    with house.seats.changed:  # those of the tests before are on their way out
        assert house.seats.changed.wait_for(lambda: len(house.seats) == 0, timeout=5)
    one, two = visit("/?steps=0"), visit("/?tab=classifier&steps=0", lesson="classifier")
    for visitor in (one, two):
        visitor.speed("max")
        visitor.press("play")
    for visitor in (one, two, one, two):
        step = visitor.state("state.step")
        visitor.expect(f"state.playing && state.step > {step} + 50")
    assert house.seats.players >= 2
    assert one.state("state.seat") != two.state("state.seat")
    one.page.close()
    two.page.close()
    with house.seats.changed:
        assert house.seats.changed.wait_for(lambda: len(house.seats) == 0, timeout=5)


def test_a_visitor_whose_seat_was_freed_goes_on_with_the_same_settings(visit: Visit, house: House) -> None:
    visitor = visit("/?lr=0.07&steps=0")
    name = visitor.state("state.seat")
    for session in house.seats.sessions:
        house.seats.leave(session)
    visitor.press("play")
    visitor.expect(f"state.seat !== '{name}' && state.playing && state.step > 5")
    assert visitor.state("state.config.lr") == 0.07


CONTROLS = ".stage button, .stage input, .stage select, .stage canvas.plot, .top a, .top button"


def test_all_controls_have_names(visit: Visit) -> None:
    for path, lesson in TABS:
        visitor = visit(path, lesson=lesson)
        nameless = visitor.page.evaluate(
            """controls => [...document.querySelectorAll(controls)]
                .filter(e => e.offsetParent && !e.ariaLabel && !e.textContent.trim() && !e.labels?.length)
                .map(e => e.outerHTML)""",
            CONTROLS,
        )
        assert nameless == []
