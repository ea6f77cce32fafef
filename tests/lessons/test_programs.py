"""The two programs beside the net run, and Python prints for them what the page says."""

import contextlib
import io

import pytest
import torch

from playground.core.nets import ACTIVATIONS
from playground.lessons.programs import FUNCTIONS, two_ways


def executed(source):
    """What a program prints, and the names it leaves behind."""
    names, out = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(source, names)
    return out.getvalue(), names


@pytest.mark.parametrize("hidden", [(), (1,), (10,), (8, 8), (16,) * 8])
@pytest.mark.parametrize("activation", FUNCTIONS)
def test_both_programs_print_what_the_page_says_and_are_the_same_net(hidden, activation):
    """Equal parameters: as many, in the same shapes; and with the same weights the same function."""
    prints = two_ways(hidden, activation)
    assert len(prints.sources) == len(prints.outputs) == 2
    nets = []
    for source, output in zip(prints.sources, prints.outputs, strict=True):
        printed, names = executed(source)
        assert printed == output + "\n"
        nets.append(names["Net"]() if "Net" in names else names["net"])
    as_class, sequential = nets
    shapes = [[weight.shape for weight in net.parameters()] for net in nets]
    assert shapes[0] == shapes[1]
    with torch.no_grad():
        for mine, other in zip(as_class.parameters(), sequential.parameters(), strict=True):
            mine.copy_(other)
        inputs = torch.linspace(-3, 3, 11).unsqueeze(1)
        assert torch.equal(as_class(inputs), sequential(inputs))


def test_every_activation_has_a_function():
    assert list(FUNCTIONS) == list(ACTIVATIONS)


def test_writing_programs_draws_no_random_numbers():
    before = torch.get_rng_state()
    two_ways((8, 8), "relu")
    assert torch.equal(torch.get_rng_state(), before)


def test_each_program_imports_only_what_it_uses():
    for activation in FUNCTIONS:
        for source in two_ways((4,), activation).sources:
            assert ("import torch.nn.functional as F" in source) == ("F." in source)
            assert max(map(len, source.splitlines())) <= 60
