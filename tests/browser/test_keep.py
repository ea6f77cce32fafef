"""A run is saved by one click and opened by another, also after a reload; junk is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file

from tests.browser.conftest import Visit, Visitor

WEIGHTS = "JSON.stringify(state.pictures.network.weights.map(w => [...w]))"


def choose(visitor: Visitor, form: str) -> None:
    visitor.box.get_by_role("button", name="Save", exact=True).click()
    visitor.box.get_by_role("menuitem", name=form, exact=True).click()


def test_save_reload_open_go_on(visit: Visit, tmp_path: Path) -> None:
    visitor = visit("/?lr=0.1&steps=60&batch=16")
    visitor.press("step")
    visitor.press("step")
    visitor.expect("state.step === 2")
    with visitor.page.expect_download() as download:
        choose(visitor, "This run")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "regression-run-2.safetensors"
    visitor.press("play")
    visitor.expect("state.step === 60 && !state.playing")
    later = visitor.state(WEIGHTS)
    visitor.page.goto(visitor.page.url.split("?")[0])
    visitor.expect("state.step === 0")
    visitor.box.locator(".keep input[type=file]").set_input_files(file)
    visitor.expect("state.step === 2 && state.config.lr === 0.1 && state.why.reason === 'reopened'")
    visitor.press("play")
    visitor.expect("state.step === 60 && !state.playing")
    assert visitor.state(WEIGHTS) == later


def test_a_race_is_saved_changed_and_had_back(visit: Visit, tmp_path: Path) -> None:
    visitor = visit("/?tab=race&steps=40", lesson="race")
    for _ in range(3):
        visitor.press("step")
    visitor.expect("state.step === 3")
    podium = "JSON.stringify([...state.pictures.podium.loss])"
    before = visitor.state(podium)
    with visitor.page.expect_download() as download:
        choose(visitor, "This run")
    download.value.save_as(tmp_path / "race.safetensors")
    visitor.preset("spiral")
    visitor.box.locator(".keep input[type=file]").set_input_files(tmp_path / "race.safetensors")
    visitor.expect("state.step === 3 && state.config.work === 'curve' && state.config.steps === 40")
    assert visitor.state(podium) == before


def test_weights_and_onnx_are_for_other_programs(visit: Visit, tmp_path: Path) -> None:
    visitor = visit("/?layers=3")
    visitor.press("step")
    visitor.expect("state.step === 1")
    with visitor.page.expect_download() as download:
        choose(visitor, "Weights only (state_dict)")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "regression-run-1.weights.safetensors"
    tensors = load_file(file)
    assert sorted(tensors) == ["0.bias", "0.weight", "2.bias", "2.weight"]
    assert tensors["0.weight"].flatten().tolist() == visitor.state("[...state.pictures.network.weights[0]]")
    visitor.box.locator(".keep input[type=file]").set_input_files(file)
    visitor.box.get_by_role("alert").get_by_text("holds weights only").wait_for()
    with visitor.page.expect_download() as download:
        choose(visitor, "ONNX")
    assert download.value.suggested_filename == "regression-run-1.onnx"
    assert b"pytorch" in Path(download.value.path()).read_bytes()


def test_the_menu_is_steered_by_keys_and_fits_a_telephone(visit: Visit) -> None:
    visitor = visit("/zh/", width=390, height=844)
    page, save = visitor.page, visitor.box.locator("[data-keep=save]")
    menu, focused = visitor.box.get_by_role("menu"), "document.activeElement.dataset.choice"
    save.focus()
    page.keyboard.press("ArrowDown")
    assert visitor.state(focused) == "run"
    for key, choice in (
        ("ArrowDown", "weights"),
        ("End", "onnx"),
        ("ArrowDown", "run"),
        ("ArrowUp", "onnx"),
        ("Home", "run"),
    ):
        page.keyboard.press(key)
        assert visitor.state(focused) == choice
    box = menu.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert visitor.state("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("r")  # resets the run elsewhere
    page.keyboard.press("Escape")
    assert menu.is_hidden()
    assert visitor.state("document.activeElement.dataset.keep") == "save"
    page.keyboard.press("Enter")
    with page.expect_download():
        page.keyboard.press("Enter")
    assert menu.is_hidden()
    save.click()
    page.mouse.click(5, 500)
    assert menu.is_hidden()
    assert visitor.state("state.renewal") == 1


def test_junk_is_refused_and_nothing_is_lost(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    visitor.press("step")
    visitor.expect("state.step === 1")
    (tmp_path / "junk.safetensors").write_bytes(b"PK\x03\x04 no run at all")
    visitor.box.locator(".keep input[type=file]").set_input_files(tmp_path / "junk.safetensors")
    visitor.box.get_by_role("alert").get_by_text("cannot be read as a kept run").wait_for()
    assert visitor.state("state.step") == 1


def test_an_earlier_run_stays_as_a_ghost_and_can_be_had_back(visit: Visit) -> None:
    visitor = visit("/?steps=20")
    visitor.press("play")
    visitor.expect("state.step === 20 && !state.playing")
    visitor.show("run")
    seed = visitor.box.locator("[data-knob=seed] input").first
    seed.fill("5")
    seed.press("Enter")
    visitor.expect("state.config.seed === 5 && state.step === 0")
    ghost = visitor.box.locator(".ghosts li")
    assert "Seed 1" in ghost.inner_text()
    assert "at step 20" in ghost.inner_text()
    visitor.press("step")
    visitor.expect("state.step === 1")
    ghost.get_by_title("Go back").click()
    visitor.expect("state.config.seed === 1 && state.step === 20 && state.why.reason === 'returned'")
    assert "Seed 5" in ghost.inner_text()
    ghost.get_by_role("button", name="Forget this run").click()
    visitor.box.locator(".ghosts").wait_for(state="hidden")


def test_the_shared_address_opens_the_same_settings(visit: Visit) -> None:
    visitor = visit("/?lr=0.07&layers=4-4")
    visitor.box.get_by_role("button", name="Share").click()
    dialog = visitor.box.get_by_role("dialog", name="Share")
    address = dialog.get_by_label("Address").input_value()
    code = dialog.get_by_role("img")
    visitor.expect("document.querySelector('.share-code').naturalWidth > 100")
    assert code.is_visible()
    dialog.get_by_role("button", name="Copy").click()
    dialog.get_by_role("button", name="Copied").wait_for()
    visitor.page.keyboard.press("Escape")
    assert not dialog.is_visible()
    other = visit("/" + address.split("/", 3)[3])
    assert other.state("[state.config.lr, state.config.layers]") == [0.07, [4, 4]]
