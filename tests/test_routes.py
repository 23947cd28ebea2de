"""THE ROUTE TABLE: every address of the product with its answer for everybody. An address that is missing here fails.

Everybody asks for the same things of the town of Zuiderveen, so each refusal stands beside a success on the same data.

    .  200                      >  on to signing in            -  404: does not exist for them
    r  on to another page       u  401: the API's "sign in"    f  403: may not
    +  201                      !  400, 409 or 422: refused for what was sent, not for who sent it
    x  405: the address does not answer this method
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, partial
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from analytics import interventions
from analytics.access import Reader
from analytics.alerts import choices
from analytics.letters import posting, scheduling
from analytics.letters.models import Letter
from analytics.models import SavedView
from project import context, urls
from surveys import people as joining
from surveys import tokens, workflow
from surveys.building import add_draft
from surveys.imports import upload
from surveys.models import Assignment, Membership, Organisation
from tests.heard import things_heard
from tests.people import AT, api_client, callback_answers, client_for

ROLES = {
    "a": "anonymous",
    "S": "stranger",
    "E": "evaluator",
    "O": "other_evaluator",
    "R": "reviewer",
    "C": "coordinator",
    "M": "manager",
    "Y": "analyst",
    "W": "works_council",
    "D": "administrator",
}
# `about`: whose key is asked for; a call is the evaluator's, of a department that the manager has.
TABLE = """
address                               about        GET         POST
                                                   aSEORCMYWD  aSEORCMYWD
healthz                               -            ..........  xxxxxxxxxx
account_login                         -            .rrrrrrrrr  .rrrrrrrrr
account_logout                        -            r.........  rrrrrrrrrr
account_inactive                      -            ..........  xxxxxxxxxx
account_signup                        -            .rrrrrrrrr  .rrrrrrrrr
account_reauthenticate                -            >.........  >.........
account_change_password               -            >.........  >.........
account_set_password                  -            >rrrrrrrrr  >rrrrrrrrr
account_reset_password                -            ..........  ..........
account_reset_password_done           -            ..........  xxxxxxxxxx
account_reset_password_from_key       -            ..........  ..........
account_reset_password_from_key_done  -            ..........  xxxxxxxxxx
figures:metrics                       -            u.........  uxxxxxxxxx
figures:overview                      org          u-ff......  uxxxxxxxxx
figures:report                        funnel       u-ff......  uxxxxxxxxx
figures:results                       department   u-ff......  uxxxxxxxxx
figures:trend                         org          u-ff......  uxxxxxxxxx
api:organisations                     -            u.........  uxxxxxxxxx
api:departments                       org          u-........  uxxxxxxxxx
api:department                        department   u-........  uxxxxxxxxx
api:checklists                        org          u-........  uxxxxxxxxx
api:checklist                         checklist    u-........  uxxxxxxxxx
api:scenarios                         org          u-........  uxxxxxxxxx
api:waves                             org          u-........  uxxxxxxxxx
api:wave_progress                     wave         u-fff.fff.  uxxxxxxxxx
api:calls                             org          u-........  u!!!ffffff
api:call                              approved     u-.-....-.  uxxxxxxxxx
api:call_answers                      returned     uxxxxxxxxx  uxxxxxxxxx
api:call_submit                       submitted    uxxxxxxxxx  u-.-ff---f
api:call_appeal                       approved     uxxxxxxxxx  u-f-ff!f-f
api:appeals                           org          u-........  uxxxxxxxxx
api:appeal                            appeal       u---...--.  uxxxxxxxxx
api:call_callback                     promised     u-.-....-.  u-!-f!ff-!
api:assignments                       org          u-........  uxxxxxxxxx
api:assignment                        assignment   u-.--f---f  uxxxxxxxxx
api:assignment_accept                 assignment   uxxxxxxxxx  u-.--f---f
api:assignment_hand_back              assignment   uxxxxxxxxx  u-!--f---f
api:schema                            -            u.........  uxxxxxxxxx
api:docs                              -            >.........  >xxxxxxxxx
api:nothing                           -            u---------  u---------
home                                  -            >rrrrrrrrr  >xxxxxxxxx
help                                  -            >.........  >xxxxxxxxx
figures                               -            >.........  >xxxxxxxxx
reading                               -            >.........  >xxxxxxxxx
organisation_home                     -            >-rrrrrrrr  >xxxxxxxxx
calls                                 -            >-..ffffff  >xxxxxxxxx
call_start                            -            >-..ffffff  >-..ffffff
call                                  approved     >-.-....-.  >xxxxxxxxx
call_facts                            draft        >-.-------  >-.-------
call_resume                           draft        >-r-------  >xxxxxxxxx
call_section                          draft        >-.-------  >-r-------
call_save                             draft        u-.-------  u-!-------
call_check                            draft        >-.-------  >-r-------
call_submitted                        submitted    >-.-ff---f  >xxxxxxxxx
call_discard                          draft        >-.-------  >-r-------
call_conflicts                        submitted    >-.-ff---f  >-.-ff---f
call_recording                        recorded     >-.-..---.  >-.-..---.
call_recording_erase                  recorded     >xxxxxxxxx  >-f-f!---!
call_sound                            recorded     >-.-..---.  >xxxxxxxxx
call_listener                         draft        >-.-------  >-.-------
device_worker                         -            ..........  xxxxxxxxxx
device                                -            ..........  xxxxxxxxxx
device_kit                            -            u.........  uxxxxxxxxx
device_calls                          -            u.........  uxxxxxxxxx
device_shared                         -            xxxxxxxxxx  rrrrrrrrrr
device_sync                           draft        u.........  u!!!!!!!!!
device_call                           draft        >.r.......  >xxxxxxxxx
device_call_page                      draft        >.r.......  >xxxxxxxxx
callback                              promise      >-.-f.ff-.  >-!-f!ff-!
callbacks                             -            >-ff..fff.  >xxxxxxxxx
call_recognised                       submitted    >xxxxxxxxx  >-r-ff---f
assignments_accept                    -            >xxxxxxxxx  >-rrffffff
assignment                            assignment   >-.--.---.  >xxxxxxxxx
assignment_accept                     assignment   >xxxxxxxxx  >-r--f---f
assignment_start                      assignment   >xxxxxxxxx  >-!--f---f
assignment_hand_back                  assignment   >-.--f---f  >-.--f---f
assignment_recognised                 assignment   >xxxxxxxxx  >-r--f---f
review                                -            >-ff..fff.  >xxxxxxxxx
review_approve                        -            >xxxxxxxxx  >-ffrrfffr
appeals                               -            >-ff...ff.  >xxxxxxxxx
appeal_new                            approved     >-f-ff.f-f  >-f-ff!f-f
appeal                                appeal       >---...--.  >xxxxxxxxx
appeal_withdraw                       appeal       >xxxxxxxxx  >---ffr--f
appeal_reject                         appeal       >xxxxxxxxx  >---!!f--!
appeal_void                           appeal       >xxxxxxxxx  >---!!f--!
appeal_correct                        appeal       >---r.f--.  >---r!f--!
department_calls                      -            >-ffff.fff  >xxxxxxxxx
calls_read                            -            >xxxxxxxxx  >-ffffrfff
call_read                             approved     >xxxxxxxxx  >-f-ffrf-f
unread                                -            >-fff.fff.  >xxxxxxxxx
call_approve                          submitted    >xxxxxxxxx  >-f-!!---!
call_return                           submitted    >xxxxxxxxx  >-f-!!---!
call_void                             submitted    >xxxxxxxxx  >-f-!!---!
waves                                 -            >-fff.fff.  >xxxxxxxxx
wave_new                              -            >-fff.fff.  >-fff.fff.
wave                                  wave         >-fff.fff.  >-fff.fff.
wave_open                             wave         >xxxxxxxxx  >-fffrfffr
wave_close                            wave         >xxxxxxxxx  >-fffrfffr
wave_quota                            wave         >-fff.fff.  >-fff.fff.
wave_plan                             wave         >-fff.fff.  >-fff.fff.
papers                                -            >-fff.ff..  >-fff.fff.
paper_withdraw                        paper        >-fff.fff.  >-fff.fff.
assignments                           wave         >-fff.fff.  >-fff!fff!
assignment_new                        wave         >-fff.fff.  >-fff.fff.
scenarios                             -            >-fff.fff.  >xxxxxxxxx
scenario_new                          -            >-fff.fff.  >-fff.fff.
scenario                              scenario     >-fff.fff.  >-fff.fff.
checklists                            -            >-fff.fff.  >xxxxxxxxx
checklist_version                     version      >-fff.fff.  >xxxxxxxxx
checklist_new                         -            >-fff.fff.  >-fff.fff.
checklist_upload                      -            >-fff.fff.  >-fff.fff.
checklist_confirm                     -            >xxxxxxxxx  >-fff.fff.
checklist_new_draft                   version      >xxxxxxxxx  >-fffrfffr
checklist_compare                     version      >-fff.fff.  >xxxxxxxxx
checklist_json                        version      >-fff.fff.  >xxxxxxxxx
checklist_schema                      -            ..........  xxxxxxxxxx
draft                                 built        >-fff.fff.  >xxxxxxxxx
draft_change                          built        >xxxxxxxxx  >-fffrfffr
draft_settings                        built        >-fff.fff.  >-fff.fff.
draft_weights                         built        >-fff.fff.  >-fff.fff.
draft_preview                         built        >-fff.fff.  >-fff.fff.
draft_publish                         built        >-fff.fff.  >-fffrfffr
draft_discard                         built        >-fff.fff.  >-fffrfffr
draft_section_new                     built        >-fff.fff.  >-fff.fff.
draft_section                         built        >-fff.fff.  >-fff.fff.
draft_item_new                        built        >-fff.fff.  >-fff.fff.
draft_item                            built        >-fff.fff.  >-fff.fff.
unfit                                 -            >-fff.fff.  >xxxxxxxxx
organisation                          -            >-fffffff.  >-fffffff.
departments                           -            >-fffffff.  >xxxxxxxxx
department_new                        -            >-fffffff.  >-fffffff.
department_edit                       department   >-fffffff.  >-fffffff.
members                               -            >-fffffff.  >xxxxxxxxx
invite                                -            >-fffffff.  >-fffffff.
member                                membership   >-fffffff.  >-fffffff.
member_end                            membership   >-fffffff.  >-fffffffr
invitation_send                       invitation   >xxxxxxxxx  >-fffffffr
invitation_withdraw                   invitation   >xxxxxxxxx  >-fffffffr
seconds_draw                          wave         >xxxxxxxxx  >-fffrfffr
calibrations                          -            >-....fff.  >xxxxxxxxx
calibration_new                       -            >-fff.fff.  >-fff.fff.
calibration                           session      >--...fff.  >xxxxxxxxx
calibration_close                     session      >xxxxxxxxx  >-fffrfffr
gold_calls                            -            >-fff.fff.  >xxxxxxxxx
gold_new                              -            >-fff.fff.  >-fff.fff.
gold_call                             gold         >-fff.fff.  >-fffrfffr
gold_switch                           gold         >xxxxxxxxx  >-fffrfffr
gold_slip                             gold         >xxxxxxxxx  >-fff!fff!
gold_sound                            gold         >-fff.fff.  >xxxxxxxxx
imports                               -            >-fff.fff.  >xxxxxxxxx
import_new                            -            >-fff.fff.  >-fff.fff.
import                                import       >-fff.fff.  >xxxxxxxxx
import_mapping                        import       >-fff.fff.  >-fff.fff.
import_confirm                        import       >xxxxxxxxx  >-fffrfffr
import_report                         import       >-fff.fff.  >xxxxxxxxx
exports                               -            >-fff.f.f.  >xxxxxxxxx
export_calls                          -            >-fff.f.f.  >xxxxxxxxx
export_answers                        -            >-fff.f.f.  >xxxxxxxxx
profile                               -            >.........  >.........
token_new                             -            >.........  >.........
token_revoke                          token        >xxxxxxxxx  >-r-------
set_language                          -            xxxxxxxxxx  rrrrrrrrrr
invitation                            -            ..........  ..........
own_work                              -            >-..ffffff  >xxxxxxxxx
overview                              -            >-ff......  >xxxxxxxxx
topic                                 comparison   >-ff......  >xxxxxxxxx
report_csv                            funnel       >-ff......  >xxxxxxxxx
saved_views                           -            >-ff......  >-ff!!!!!!
saved_view_remove                     view         >xxxxxxxxx  >-ff--r---
alerts                                -            >-ff....f.  >-ffrrrrfr
alert_choices                         -            >-ff....f.  >-ffrrrrfr
alerts_stop                           -            ..........  ..........
letters                               -            >-ff......  >xxxxxxxxx
letter_new                            -            >-ff......  >-ff!!!!!!
letter_pdf                            letter       >-ff--.---  >xxxxxxxxx
letter_change                         letter       >xxxxxxxxx  >-ff--!---
letter_schedule_new                   -            >-ff......  >-ff!!!!!!
letter_schedule                       planned      >-ff-..--.  >-ff-!!--!
letter_schedule_change                planned      >xxxxxxxxx  >-ff-!!--!
letters_stop                          -            ..........  ..........
intervention_new                      -            >-fff..ff.  >-fff!!ff!
intervention_remove                   intervention >-fff..ff.  >-fffrrffr
planner                               -            >-fff.f.f.  >xxxxxxxxx
overview_csv                          -            >-ff......  >xxxxxxxxx
trend_csv                             -            >-ff......  >xxxxxxxxx
agreement                             -            >-ff..fff.  >xxxxxxxxx
pair                                  second       >-ff..fff.  >-ff..fff.
gold_results                          -            >-ff..fff.  >xxxxxxxxx
department                            department   >-ff......  >xxxxxxxxx
department_csv                        department   >-ff......  >xxxxxxxxx
"""


class Line(NamedTuple):
    name: str
    about: str
    get: str
    post: str


LINES = {line.name: line for line in (Line(*row.split()) for row in TABLE.strip().splitlines()[2:])}
# A mail program posts here without a page of ours (RFC 8058); what it may do is said by the signed address alone.
ONE_CLICK = {"alerts_stop", "letters_stop"}
# Answered with a file whose taking out, or a sound whose hearing, is itself written in the log.
LOGGED = {"export_calls", "export_answers", "call_sound", "gold_sound", "letter_pdf"}
WRITES = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(surveys|analytics)_')


def routes(patterns: Any = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the URLconf by its full name; one without a name by its pattern."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, f"{space}{each.namespace}:" if each.namespace else space)
        else:
            yield f"{space}{each.name or each.pattern}", each


@pytest.fixture(autouse=True)
def bare(monkeypatch) -> None:
    """An answer is its status here: the menu around a page and the words of a refusal, half of the work, are left out.

    `test_what_stands_around_an_answer_is_drawn_for_everybody` draws them.
    """
    for status in (403, 404):
        monkeypatch.setattr(urls, f"handler{status}", partial(without_words, status=status))
    monkeypatch.setattr(context.House, "_groups", without_menu)


def without_words(request: HttpRequest, exception: Exception, *, status: int) -> HttpResponse:
    return HttpResponse(status=status)


def without_menu(house: context.House, organisation: Organisation) -> list[context.Group]:
    return []


@pytest.fixture
def things(org, people, departments, scenarios, wave, version, make_call) -> dict[str, Any]:
    """What a line of the table can be about."""
    invited = joining.invite(
        organisation=org, email="new@zuiderveen.example", role="analyst", departments=[],
        by=people["administrator"], at=timezone.now(),
    )  # fmt: skip
    token, _text = tokens.issue_token(user=people["evaluator"], name="mine", scope="read", at=AT)
    log = b"external id;department\nK-1;BUR\n"
    return {
        "draft": make_call("draft"),
        "submitted": make_call("submitted"),
        "returned": make_call("returned"),
        "approved": make_call("approved"),
        "promised": (promised := make_call("approved", answers=callback_answers())),
        "promise": promised.callback,
        "appeal": workflow.raise_appeal(
            call=make_call("approved"), by=people["manager"], reason="He did say it.", at=AT + timedelta(days=1)
        ),
        "assignment": Assignment.objects.create(
            organisation=org,
            wave=wave,
            department=departments["BUR"],
            scenario=scenarios["opening_hours"],
            evaluator=people["evaluator"],
            state="offered",
            starts_at=AT,
            until=timezone.now() + timedelta(days=1),
        ),
        "department": departments["BUR"],
        "intervention": interventions.add(
            organisation=org,
            department=departments["BUR"],
            day=AT.date(),
            name="Training",
            by=people["coordinator"],
            at=AT,
        ),
        "elsewhere": departments["BEL"],
        "view": SavedView.objects.create(
            organisation=org, owner=people["manager"], name="Mine", page="overview", saved_at=AT
        ),
        "letter": Letter.objects.create(
            organisation=org,
            reader=people["manager"],
            title="Mine",
            language="en",
            state="done",
            rights={"all": False, "checks": False, "managed": []},
            content=b"%PDF",
            asked_at=AT,
        ),
        "planned": (
            planned := scheduling.make_new(
                Reader(people["manager"], org, AT), scheduling.Wanted("Mine", "month", "", [people["manager"]])
            )
        ),
        "stops": {
            "alerts_stop": choices.signed(org, people["manager"]),
            "letters_stop": posting.signed(planned, people["manager"]),
        },
        "paper": org.clearances.first(),
        "scenario": scenarios["opening_hours"],
        "wave": wave,
        "version": version,
        "built": add_draft(checklist=version.checklist, document=version.document, by=people["coordinator"], at=AT),
        "checklist": version.checklist,
        "membership": Membership.objects.get(organisation=org, role="analyst"),
        "invitation": invited.invitation,
        "secret": invited.secret,
        "token": token,
        "import": upload(wave=wave, by=people["coordinator"], name="log.csv", content=log, at=AT),
        **things_heard(org, people, make_call("approved")),
    }


def address(line: Line, route: URLPattern, things: dict[str, Any]) -> str:
    known = {
        "slug": "zuiderveen",
        "pk": getattr(things.get(line.about), "pk", None),
        "section": "greeting",
        "code": "greeting.own_name",
        "report": line.about if line.about == "funnel" else "items",
        "topic": line.about,
        "secret": things["secret"],
        "client": getattr(things.get(line.about), "client_id", None),
        "place": "form/",
        "uidb36": "1",
        "key": "not-a-key",
        "signed": things["stops"].get(line.name),
    }
    wanted = route.pattern.regex.groupindex
    found = reverse(line.name, kwargs={name: known[name] for name in wanted})
    return f"{found}?organisation=zuiderveen" if line.about in {"org", "funnel"} else found


@pytest.fixture
def browsers(people) -> dict[str, str]:
    """Each role's session, begun once; signing in for every request would take longer than the requests."""
    begun = {role: client_for(people.get(role)).cookies.get(settings.SESSION_COOKIE_NAME) for role in ROLES.values()}
    return {role: cookie.value if cookie else "" for role, cookie in begun.items()}


@cache
def handler(*, checks: bool) -> ClientHandler:
    """Kept, as a server keeps it: middleware is loaded once and not for each of thousands of visitors."""
    return ClientHandler(enforce_csrf_checks=checks)


def browser(session: str, *, csrf_checks: bool = False) -> Client:
    client = Client()
    client.handler = handler(checks=csrf_checks)
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def ask(client: Any, method: str, url: str) -> HttpResponseBase:
    if method == "get":
        return client.get(url)
    url = url.partition("?")[0]
    return client.post(url, {}, content_type="application/json") if url.startswith("/api/") else client.post(url)


def mark(response: Any) -> str:
    """The answer as one character of the table; anything else as its status, so that it never matches."""
    if response.streaming:
        response.getvalue()  # a file is closed when it has been read
    if response.status_code == 302:
        return ">" if response["Location"].startswith("/accounts/login/") else "r"
    known = {200: ".", 201: "+", 401: "u", 403: "f", 404: "-", 405: "x", 400: "!", 409: "!", 422: "!"}
    return known.get(response.status_code, f"<{response.status_code}>")


@contextmanager
def taken_back() -> Iterator[None]:
    """What happens inside did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answers(url: str, method: str, browsers: dict[str, str], expected: str) -> str:
    """What each role is told, one after the other, as if each were the only one."""
    if connection.vendor == "postgresql" and set(expected[1:]) == {"x"}:
        return expected  # a method refused to everybody is so before anything of ours is looked up: tried on SQLite
    found = ""
    for session in browsers.values():
        with taken_back():
            found += mark(ask(browser(session), method, url))
    return found


def test_every_address_is_in_the_table():
    names = [name for name, _route in routes()]
    assert sorted(names) == sorted(LINES)


# In four parts, so that several processes can share the work.
@pytest.mark.parametrize("part", range(4))
def test_the_answer_to_everybody(browsers, things, part):
    found, expected = [], []
    for name, route in list(routes())[part::4]:
        url, line = address(LINES[name], route, things), LINES[name]
        got, posted = (answers(url, each, browsers, getattr(line, each)) for each in ("get", "post"))
        found.append(line._replace(get=got, post=posted))
        expected.append(line)
    assert found == expected


def test_what_stands_around_an_answer_is_drawn_for_everybody(browsers, things, monkeypatch):
    """The menu of every role, and a refusal in words."""
    monkeypatch.undo()
    everything = dict(routes())
    for name in ("organisation", "calls", "review", "overview", "appeal"):
        url, found = address(LINES[name], everything[name], things), ""
        for role, session in browsers.items():
            found += mark(response := browser(session).get(url))
            if role not in {"anonymous", "stranger"}:
                assert response.context["house"].groups, (name, role)
            if response.status_code in {403, 404}:
                assert f"{response.status_code}.html" in {each.name for each in response.templates}, (name, role)
        assert found == LINES[name].get


def test_reading_changes_nothing(browsers, things):
    """GET writes nothing of ours; sessions, and taking data out, which is logged, apart."""
    for name, route in routes():
        url = address(LINES[name], route, things)
        for role in ("administrator", "evaluator"):
            with taken_back(), CaptureQueriesContext(connection) as queries:
                mark(ask(browser(browsers[role]), "get", url))
            written = [each["sql"] for each in queries if WRITES.match(each["sql"])]
            assert not written or name in LOGGED, name


def test_nobody_is_made_to_change_anything(browsers, things):
    """A POST that came from another site lacks the CSRF token: it is refused, whoever's browser sent it."""
    for name, route in routes():
        if name in ONE_CLICK:
            continue
        line, url = LINES[name], address(LINES[name], route, things)
        for role, expected in zip(list(ROLES.values())[1:], line.post[1:], strict=True):
            if expected in ".+r!":
                with taken_back():
                    client = browser(browsers[role], csrf_checks=True)
                    assert mark(ask(client, "post", url)) == "f", (name, role)


def test_a_token_reads_what_its_user_reads(people, things):
    for name, route in routes():
        if name.startswith(("api:", "figures:")) and name != "api:docs":
            line, url = LINES[name], address(LINES[name], route, things)
            found = [mark(api_client(people[role], "read").get(url)) for role in list(ROLES.values())[1:]]
            assert "".join(found) == line.get[1:], name


def test_a_stranger_is_never_told_that_a_thing_exists():
    """404 and never 403, wherever the address names something of ours."""
    for name, route in routes():
        line = LINES[name]
        if {"slug", "pk"} & set(route.pattern.regex.groupindex):
            assert set(line.get[1] + line.post[1]) <= set("-x"), name
