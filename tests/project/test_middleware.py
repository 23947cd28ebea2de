"""Python's stack, which a page should not ask for again and again; and pages that are sent small."""

import gzip
import resource

import pytest
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse

from project.middleware import Compressed, stack_in_one_piece


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


@pytest.mark.django_db
def test_a_page_is_sent_small_to_who_can_read_that(client):
    plain = client.get("/accounts/login/")
    small = client.get("/accounts/login/", headers={"accept-encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.content) * 2 < len(plain.content)
    assert b"<main" in gzip.decompress(small.content)


def test_what_streams_is_sent_as_it_is(rf):
    asked = rf.get("/", headers={"accept-encoding": "gzip"})
    sound = StreamingHttpResponse([b"a" * 1000], status=206, headers={"Content-Range": "bytes 0-999/5000"})
    assert Compressed(lambda _request: sound)(asked).headers.get("Content-Encoding") is None
    assert b"".join(sound) == b"a" * 1000
    page = HttpResponse(b"a" * 1000)
    assert Compressed(lambda _request: page)(asked).headers["Content-Encoding"] == "gzip"
