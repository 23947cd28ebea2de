"""Which phrases were heard stands beside a call's answers, from handing in and for calls from before that was kept."""

import importlib

import pytest
from django.apps import apps

from surveys.models import Call
from tests.people import valid_answers

HEARD = [
    {"phrase": "hang_you_up", "quote": "Ik hang u even op.", "second": 31},
    {"phrase": "", "quote": "Tja.", "second": None},
    {"phrase": "hang_you_up", "quote": "", "second": None},
]


@pytest.fixture
def call(make_call):
    harmful = {"value": "no", "quote": "Ik hang u even op."}
    return make_call(answers=valid_answers(phrasing__no_harmful=harmful, phrasing__phrases={"value": HEARD}))


def test_each_phrase_is_noted_once_and_all_others_together(call):
    assert call.phrases == ["", "hang_you_up"]


def test_a_call_without_phrases_has_none(make_call):
    assert make_call().phrases == []


def test_calls_from_before_get_theirs(call, make_call):
    without = make_call()
    Call.objects.update(phrases=[])
    importlib.import_module("surveys.migrations.0010_phrases_heard").note_phrases(apps, None)
    call.refresh_from_db()
    without.refresh_from_db()
    assert (call.phrases, without.phrases) == (["", "hang_you_up"], [])
