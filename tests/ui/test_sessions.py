"""Who sits where, and who has to leave when the house is full."""

import pytest

from playground.lessons.classifier import CLASSIFIER
from playground.lessons.regression import REGRESSION
from playground.text import Text
from playground.ui.sessions import Seats

TEXT = Text("en")


@pytest.fixture
def seats(device):
    return Seats(device, most=3)


def take(seats, session, lesson=REGRESSION):
    return seats.take(session, lesson, TEXT)


def test_a_visitor_finds_the_same_seat_again(seats):
    seat, is_new = take(seats, "anna")
    again, is_new_again = take(seats, "anna")
    assert (is_new, is_new_again) == (True, False)
    assert again is seat
    assert len(seats) == 1


def test_no_two_visitors_and_no_two_lessons_share_a_seat(seats):
    taken = [take(seats, "anna")[0], take(seats, "bert")[0], take(seats, "anna", CLASSIFIER)[0]]
    assert len({id(seat) for seat in taken}) == 3
    assert len({id(seat.run) for seat in taken}) == 3
    assert taken[2].lesson is CLASSIFIER


def test_the_least_recently_used_goes_first(seats):
    for name in ("anna", "bert", "carl"):
        take(seats, name)
    take(seats, "anna")
    take(seats, "dora")
    assert len(seats) == 3
    assert not take(seats, "anna")[1]
    assert not take(seats, "carl")[1]
    assert take(seats, "bert")[1]


def test_a_seat_that_plays_is_spared(seats):
    """The next one that does not play goes instead."""
    anna, _ = take(seats, "anna")
    take(seats, "bert")
    take(seats, "carl")
    assert anna.begin() is not None
    take(seats, "dora")
    assert not take(seats, "anna")[1]
    assert anna.playing
    assert take(seats, "bert")[1]


def test_when_all_play_the_oldest_is_stopped(seats):
    first = [take(seats, name)[0] for name in ("anna", "bert", "carl")]
    tickets = [seat.begin() for seat in first]
    assert seats.players == 3
    take(seats, "dora")
    assert len(seats) == 3
    assert not first[0].is_playing(tickets[0])
    assert first[0].wake.is_set()
    assert seats.players == 2


def test_leaving_frees_all_seats_of_a_visitor_and_no_other(seats):
    anna, _ = take(seats, "anna")
    take(seats, "anna", CLASSIFIER)
    bert, _ = take(seats, "bert")
    ticket, other = anna.begin(), bert.begin()
    seats.leave("anna")
    assert len(seats) == 1
    assert not anna.is_playing(ticket)
    assert bert.is_playing(other)
    assert take(seats, "anna")[1]
    seats.leave("nobody")


def test_players_counts_those_who_play(seats):
    seat, _ = take(seats, "anna")
    assert seats.players == 0
    seat.begin()
    assert seats.players == 1
    seat.interrupt()
    assert seats.players == 0
