"""A real worker is killed with SIGKILL while it mails alerts: nothing is lost, and of two others one sends them, once."""

import signal

import pytest

from tests.tools import template

pytestmark = [pytest.mark.slow, pytest.mark.databases]

ARRANGE = """
import datetime as dt
from analytics.models import Alert, AlertChoice
from tests.people import build_org, build_people
org = build_org()
people = build_people(org, build_org("noordveld", "Noordveld"))
facts = {"wave": 1, "name": "Spring", "target": 40, "made": 4, "percent": 10, "over": 60, "ended": None, "lacking": [["Desk", 36]], "to_plan": 0}
AlertChoice.objects.create(organisation=org, reader=people["coordinator"], kind="quota", in_product=True, by_email=True)
noon = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
Alert.objects.create(organisation=org, reader=people["coordinator"], kind="quota", about="w", key="w", facts=facts, by_email=True, made_at=noon)
"""
LOOK = """
from analytics.models import Alert
print(Alert.objects.get().mailed_at)
"""
# So many minutes after noon; `struck` when it is about to hand the message over, from inside, so that no watcher comes late.
WORKER = """
import datetime as dt, os, signal, sys, time
import django
django.setup()
from django.core.mail import EmailMessage
from analytics.alerts import mailing
send = EmailMessage.send
def slowly(self, *args, **options):
    time.sleep(0.5)
    if "struck" in sys.argv:
        os.kill(os.getpid(), signal.SIGKILL)
    return send(self, *args, **options)
EmailMessage.send = slowly
at = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC) + dt.timedelta(minutes=int(sys.argv[1]))
print("sent:", mailing.send_due(at=at, base_url="http://localhost", demo=True))
"""


@pytest.fixture
def site(tmp_path):
    with template.without_server(tmp_path) as site:
        site.shell(ARRANGE)
        yield site


def test_a_killed_worker_loses_no_mail_and_of_two_others_one_sends_it(site):
    struck = site.beside(WORKER, "0", "struck")
    assert struck.communicate(timeout=120)[0] == ""
    assert struck.returncode == -signal.SIGKILL
    # Nobody knows yet whether it lives.
    early = site.beside(WORKER, "29").communicate(timeout=120)[0]
    assert (early, site.shell(LOOK)) == ("sent: 0\n", "None")
    said = [each.communicate(timeout=120)[0] for each in (site.beside(WORKER, "31"), site.beside(WORKER, "31"))]
    assert sorted(each.splitlines()[-1] for each in said) == ["sent: 0", "sent: 1"]
    assert "".join(said).count("Subject:") == 1
    assert site.shell(LOOK).startswith("2026-03-10 12:31")
    assert site.beside(WORKER, "90").communicate(timeout=120)[0] == "sent: 0\n"
