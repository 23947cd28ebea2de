"""A real worker is killed with SIGKILL while it makes a letter: another takes it up, and of two at once one makes it."""

import signal

import pytest

from tests.tools import template

pytestmark = [pytest.mark.slow, pytest.mark.databases]

ARRANGE = """
from django.utils import timezone
from analytics.access import Reader
from analytics.letters import own
from tests.people import build_org, build_people
org = build_org()
people = build_people(org, build_org("noordveld", "Noordveld"))
own.ask(reader=Reader(people["manager"], org, timezone.now()), title="March", query="", language="en")
"""
LOOK = """
from analytics.letters.models import Letter
letter = Letter.objects.get()
print(letter.state, letter.done, letter.tries, len(letter.content))
"""
# The minute without a sign of life passes at once.
A_MINUTE_LATER = """
import datetime as dt
Letter.objects.update(heartbeat_at=letter.heartbeat_at - dt.timedelta(seconds=61))
"""
# What the worker's thread does, with a slow document; `struck` after its second part, from inside, so that no watcher comes late.
WORKER = """
import os, signal, sys, time
import django
django.setup()
from django.utils import timezone
from analytics.letters import document, making
def make(reader, chosen, *, title, step):
    for done in range(4):
        step(done, 4)
        time.sleep(0.3)
        if "struck" in sys.argv and done == 1:
            os.kill(os.getpid(), signal.SIGKILL)
    return b"%PDF"
document.make = make
print(making.make_waiting(now=timezone.now))
"""


@pytest.fixture
def site(tmp_path):
    with template.without_server(tmp_path) as site:
        site.shell(ARRANGE)
        yield site


def test_a_killed_worker_leaves_nothing_and_of_two_others_one_makes_the_letter(site):
    struck = site.beside(WORKER, "struck")
    assert struck.communicate(timeout=120)[0] == ""
    assert struck.returncode == -signal.SIGKILL
    assert site.shell(LOOK + A_MINUTE_LATER) == "making 1 1 0"
    both = [site.beside(WORKER), site.beside(WORKER)]
    assert sorted(each.communicate(timeout=120)[0].strip() for each in both) == ["0", "1"]
    assert [each.returncode for each in both] == [0, 0]
    assert site.shell(LOOK) == "done 4 2 4"
