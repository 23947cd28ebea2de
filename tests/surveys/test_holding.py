"""Signs of life that are given beside the work."""

import datetime as dt
import threading

from surveys import holding
from surveys.holding import Lost

AT = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)


class Beats:
    """In the place of a hold: notes its signs of life; from the `lost`-th on it is another's."""

    key = 1

    def __init__(self, *, lost=None, broken=None):
        self.count, self.lost, self.broken = 0, lost, broken
        self.enough = threading.Event()

    def keep(self, *, at):
        assert at == AT
        self.count += 1
        if self.count == self.lost:
            self.enough.set()
            raise Lost
        if self.count == 3:
            self.enough.set()
        if self.count == self.broken:
            raise OSError("the database is busy")


def beating(hold):
    """Works until there were enough signs of life; how many there were by the end."""
    with holding.beating(hold, now=lambda: AT, every=0.001):
        assert hold.enough.wait(60)
    by_then = hold.count
    assert not [each for each in threading.enumerate() if each.name == "beat"]
    return by_then


def test_work_that_takes_long_gives_signs_of_life_until_it_is_over():
    assert beating(Beats()) >= 3


def test_they_end_when_the_row_is_lost():
    hold = Beats(lost=2)
    assert beating(hold) == hold.count == 2


def test_one_that_could_not_be_stored_is_followed_by_others():
    assert beating(Beats(broken=1)) >= 3
