"""An evaluator's own page: their own figures with their n, nobody else's, and no hint of what was scored twice."""

import datetime as dt
from decimal import Decimal

import pytest

from analytics.figures import Share
from analytics.own_work import own_work
from analytics.templatetags.own import own_count, own_share
from surveys import workflow
from surveys.models import Call, CallbackEvent, User
from tests.people import AT, build_person, callback_answers, valid_answers

PAGE = "/o/zuiderveen/my-work/"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOW = dt.datetime(2026, 4, 2, 9, tzinfo=dt.UTC)


@pytest.fixture
def own(org, people):
    def made(user: User | None = None, at: dt.datetime = NOW):
        return own_work(User.objects.get(pk=(user or people["evaluator"]).pk), org, at=at)

    return made


def test_timeliness_counts_the_first_time_it_was_handed_in(own, people, make_call):
    make_call("approved", called_at=AT, at=AT + 24 * HOUR)
    make_call("approved", called_at=AT, at=AT + 25 * HOUR)
    mended = make_call("returned", called_at=AT, at=AT + HOUR)
    workflow.submit(call=mended, by=people["evaluator"], at=AT + 5 * DAY)
    make_call("approved", evaluator=people["other_evaluator"], called_at=AT, at=AT + 90 * HOUR)
    make_call("draft")
    found = own()
    assert found.calls == 3
    assert (found.soon.n, found.soon.count) == (3, 2)
    assert (found.returned.n, found.returned.count) == (3, 1)
    assert [(month.first, month.calls, month.soon.count, month.returned.count) for month in found.months] == [
        (dt.date(2026, 3, 1), 3, 2, 1)
    ]
    assert found.forms_returned == 0
    assert found.drafts == 1


def test_shares_have_wilsons_interval_from_five_on(own, make_call):
    """0 of 20: 0 to 16.11 % (Newcombe 1998)."""
    for _ in range(4):
        make_call("approved", called_at=AT, at=AT + HOUR)
    few = own().returned
    assert (few.value, few.low, few.high, own_share(few)) == (Decimal("0.00"), None, None, "0 of 4")
    for _ in range(16):
        make_call("approved", called_at=AT, at=AT + HOUR)
    many = own().returned
    assert (many.n, many.value, many.low, many.high) == (20, Decimal("0.00"), Decimal("0.00"), Decimal("16.11"))
    assert own_share(many).startswith("0")
    assert (own_share(Share()), own_count(Share())) == ("–", "–")


def test_only_the_last_twelve_months(own, make_call):
    make_call("approved", called_at=AT, at=AT + HOUR)
    assert own(at=dt.datetime(2027, 2, 28, 12, tzinfo=dt.UTC)).calls == 1
    assert own(at=dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)).calls == 0


def test_callbacks_are_recorded_in_time_before_the_grace_is_over(own, people, make_call):
    """Due at 15:00 in Amsterdam, two hours of grace: until 16:00 UTC."""
    for recorded in (dt.timedelta(hours=16), dt.timedelta(hours=16, seconds=1), None):
        call = make_call("approved", answers=callback_answers())
        if recorded is not None:
            CallbackEvent.objects.create(
                callback=call.callback, kind="came", happened_at=AT + HOUR, recorded_by=people["evaluator"],
                recorded_at=dt.datetime(2026, 3, 10, tzinfo=dt.UTC) + recorded,
            )  # fmt: skip
    assert (own().recorded.n, own().recorded.count) == (3, 1)
    open_still = own(at=dt.datetime(2026, 3, 10, 15, 59, tzinfo=dt.UTC)).recorded
    assert open_still.n == 0


def test_what_stood_out_is_counted_by_call_and_rule(own, make_call):
    cut_off = {"value": "unanswered", "comment": "Nobody."}
    make_call("approved", answers=valid_answers(closing__fate=cut_off))  # three contradictions
    make_call("approved")
    found = own()
    assert found.flags == (("contradiction", 1),)
    assert (found.flagged.n, found.flagged.count) == (2, 1)


def pair(make_call, people, at: dt.datetime, **changes) -> None:
    first = make_call("approved", called_at=AT, at=AT + HOUR)
    make_call(
        "submitted", evaluator=people["other_evaluator"], kind="second", second_of=first, called_at=AT, at=at,
        answers=valid_answers(**changes),
    )  # fmt: skip


def test_agreement_is_told_from_five_pairs_and_up_to_this_month(own, people, make_call):
    for _ in range(4):
        pair(make_call, people, AT + DAY)
    assert own().agreement is None
    pair(make_call, people, AT + DAY)
    for user in (people["evaluator"], people["other_evaluator"]):
        found = own(user).agreement
        assert (found.n, found.mean) == (5, 100)
    # What is scored this month changes nothing yet: a number that rose at once would tell which call it was.
    pair(make_call, people, NOW, tone__calm="3")
    assert own().agreement.n == 5
    later = own(at=NOW + 30 * DAY).agreement
    assert later.n == 6
    assert later.mean < 100
    # Whoever scored second made no call of their own, and no count of theirs gives the pairs away.
    assert own(people["other_evaluator"]).calls == 0


def test_the_page_is_the_evaluators_alone(client_for, org, people, make_call, own):
    make_call("approved")
    other = build_person(org, "third", "evaluator")
    text = client_for(people["evaluator"]).get(PAGE).content.decode()
    assert "1 call" in text or "have not handed in" in text  # by the clock: the calls are of March 2026
    for name in (people["other_evaluator"], other):
        assert str(name) not in text
    for role in ("reviewer", "coordinator", "manager", "analyst", "works_council", "administrator"):
        assert client_for(people[role]).get(PAGE).status_code == 403
    assert client_for(people["stranger"]).get(PAGE).status_code == 404
    assert own(other).calls == 0
    assert own().calls == 1


def test_an_empty_page_says_what_will_appear(client_for, people):
    text = client_for(people["evaluator"]).get(PAGE).content.decode()
    assert "Once you have handed in calls" in text
    assert "too few calls that were scored more than once" in text


def test_it_takes_as_many_queries_for_many_calls(own, people, make_call, django_assert_max_num_queries):
    pair(make_call, people, AT + DAY)
    with django_assert_max_num_queries(12) as queries:
        own()
        few = len(queries)
    for _ in range(3):
        pair(make_call, people, AT + DAY)
    with django_assert_max_num_queries(few):
        own()
    assert Call.objects.count() == 8
