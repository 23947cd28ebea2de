"""Python's stack, which a page should not ask for again and again."""

import resource

from django.conf import settings

from project.middleware import stack_in_one_piece


def _leaf() -> None:
    """A call that needs a quarter of a piece of the stack."""


_leaf.__code__ = _leaf.__code__.replace(co_stacksize=500)


def _page(_request):
    """Calls from every depth that a page may reach."""

    def down(depth):
        for _ in range(50):
            _leaf()
        if depth:
            down(depth - 1)

    down(100)


def _faults(view) -> int:
    """How often the system had to give memory while it ran."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    view(None)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_a_request_does_not_take_and_give_back_its_stack():
    _faults(_page)
    assert _faults(stack_in_one_piece(_page)) < 200
    assert settings.MIDDLEWARE[0] == "project.middleware.stack_in_one_piece"
