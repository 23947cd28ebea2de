"""What the API sends and what it takes: the shapes, with their units.

Scores are percentages with two decimals, as text ("66.67"), so that no program rounds them by reading; `null` is no score.
Moments carry their offset; `local_date` is the day of the call in the organisation's time zone.
"""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from surveys import access
from surveys.api.callback_shapes import CallbackOut, callback_shown
from surveys.api.fields import MomentField, PointsField, Shape, choice, points
from surveys.definition import FATES
from surveys.flag_words import told

STATES = ("draft", "submitted", "returned", "approved", "voided")
KINDS = ("field", "second", "calibration", "gold", "listening")
OUTCOMES = ("passed", "failed", "none")
WAVE_STATES = ("planned", "open", "closed")
VERSION_STATES = ("draft", "published")
CALLER_STYLES = ("calm", "dominant")

MEASURES = {
    "score": "The call's score, after fails.",
    "score_calculated": "As if nothing had failed.",
    "content": "What was said.",
    "experience": "How it was said.",
    "critical": "Critical items only.",
    "greeting": "Dimension.",
    "phrasing": "Dimension.",
    "callback": "Dimension.",
    "listening": "Dimension.",
    "tone": "Dimension.",
    "other": "Dimension.",
}
TARGETS = ("greeting", "phrasing", "callback", "listening", "tone")


# --- what is asked and where ------------------------------------------------------------------------------------------


class OrganisationOut(Shape):
    """An organisation you belong to."""

    slug = serializers.CharField(help_text="The short name used in `?organisation=` and in addresses.")
    name = serializers.CharField()
    time_zone = serializers.CharField(help_text="IANA name, such as Europe/Amsterdam.")
    language = serializers.CharField()
    roles = serializers.SerializerMethodField(help_text="Your own roles in it.")

    def get_roles(self, organisation: Any) -> list[str]:
        return sorted(access.roles_in(self.context["request"].user, organisation))


class TargetsOut(Shape):
    greeting = PointsField(source="target_greeting")
    phrasing = PointsField(source="target_phrasing")
    callback = PointsField(source="target_callback")
    listening = PointsField(source="target_listening")
    tone = PointsField(source="target_tone")


class DepartmentOut(Shape):
    """A unit that is called."""

    id = serializers.IntegerField()
    code = serializers.CharField(help_text="Unique within the organisation.")
    name = serializers.CharField()
    parent = serializers.IntegerField(  # type: ignore[assignment]  # a field of that name, no attribute
        source="parent_id", allow_null=True, help_text="The department it is part of."
    )
    target = PointsField(help_text="The score aimed at.")
    dimension_targets = TargetsOut(source="*", help_text="Set only where a dimension has a target of its own.")
    closed_on = serializers.DateField(allow_null=True, help_text="From this day on it is no longer called.")


class VersionBrief(Shape):
    """A checklist version; a published one never changes."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    state = choice(VERSION_STATES)
    published_at = serializers.DateTimeField(allow_null=True)


class ChecklistOut(Shape):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    versions = VersionBrief(many=True, source="seen_versions")


class VersionOut(VersionBrief):
    document = serializers.JSONField(
        help_text="Sections, items, options, weights, conditions; texts by language. Item codes are stable across versions. "
        "Its JSON Schema is at /schemas/checklist-1.json."
    )


class ChecklistDetail(ChecklistOut):
    versions = VersionOut(many=True, source="seen_versions")


class ScenarioOut(Shape):
    """The evaluator's brief. Texts are by language: {"nl": "...", "en": "..."}."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.DictField(child=serializers.CharField())
    persona = serializers.DictField(child=serializers.CharField())
    question = serializers.DictField(child=serializers.CharField())
    caller_style = choice(CALLER_STYLES)
    attempt = serializers.IntegerField(help_text="For the how-manieth time the caller rings.")
    problem = serializers.CharField(help_text="Scenarios of one problem can make matched pairs and chains.")
    asked_person_absent = serializers.BooleanField()
    is_active = serializers.BooleanField(help_text="False: no new calls are made with it.")


class WaveOut(Shape):
    """A round of fieldwork; only an open wave takes calls."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.IntegerField(source="version_id", help_text="The checklist version its calls are scored by.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    state = choice(WAVE_STATES)


# --- calls ------------------------------------------------------------------------------------------------------------


class DepartmentRef(Shape):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()


class ScenarioRef(Shape):
    id = serializers.IntegerField()
    code = serializers.CharField()
    caller_style = choice(CALLER_STYLES)
    attempt = serializers.IntegerField()


class WaveRef(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()


class VersionRef(Shape):
    id = serializers.IntegerField()
    checklist = serializers.CharField(source="checklist.code")
    number = serializers.IntegerField()
    na_policy = serializers.CharField(source="definition.na_policy", help_text="How “not applicable” counts.")
    pass_mark = PointsField(source="definition.pass_mark")


class ScoresOut(Shape):
    """Percentages with two decimals, as text; null where nothing could be scored (never 0, never 100)."""

    def to_representation(self, call: Any) -> dict[str, str | None]:
        return {name: points(call.measure(name)) for name in MEASURES}

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: PointsField(help_text=words) for name, words in MEASURES.items()}


class EvaluatorOut(Shape):
    """Who made the call: a fixed pseudonym, the same as in the exports; the name only for those who may know it."""

    pseudonym = serializers.CharField()
    name = serializers.CharField(allow_null=True)


class FlagOut(Shape):
    """What stood out by a named rule when the call was handed in."""

    rule = serializers.CharField(help_text="Stable; for programs.")
    reason = serializers.CharField(help_text="In your language; for people.")
    item = serializers.CharField(allow_blank=True, help_text="The code of the item that it is about, if any.")


class CallOut(Shape):
    """One test call with its scores."""

    id = serializers.IntegerField()
    reference = serializers.CharField(help_text="What people read out: KB-000123.")
    organisation = serializers.CharField(source="organisation.slug")
    department = DepartmentRef()
    scenario = ScenarioRef()
    wave = WaveRef()
    version = VersionRef()
    kind = serializers.SerializerMethodField(
        help_text="Only `field` calls count in figures. `listening` is a recording that its evaluator scored; what for is told "
        "to those who check."
    )
    state = choice(STATES)
    called_at = serializers.DateTimeField()
    local_date = serializers.DateField(help_text="Its day in the organisation's time zone; figures go by this.")
    week_start = serializers.DateField(help_text="The Monday of its ISO week.")
    scores = ScoresOut(source="*")
    outcome = choice(OUTCOMES, allow_blank=True, help_text="Empty as long as the call was not submitted.")
    failed_by = serializers.ListField(child=serializers.CharField(), help_text="Codes of the items that failed it.")
    fate = choice(FATES, allow_blank=True, help_text="How the call ended for the caller.")
    seconds_to_answer = serializers.IntegerField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When the caller hung up, where it was marked.")
    hold_seconds = serializers.IntegerField(allow_null=True, help_text="On hold; null without marks.")
    talk_seconds = serializers.IntegerField(allow_null=True, help_text="From the answer to the end, without holds.")
    recall_minutes = serializers.SerializerMethodField(
        help_text="From hanging up to the first answer in the form; below 0 when it was begun during the call."
    )
    would_call_again = serializers.IntegerField(allow_null=True, min_value=0, max_value=10)
    evaluator = serializers.SerializerMethodField()
    flags = serializers.SerializerMethodField(help_text="For those who check calls; null for all others.")
    external_id = serializers.CharField(allow_blank=True, help_text="Its id in the log it was imported from.")
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(choices=KINDS))
    def get_kind(self, call: Any) -> str:
        return access.kind_told(self.context["request"].user, call)

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_recall_minutes(self, call: Any) -> float | None:
        return None if call.recall_minutes is None else round(call.recall_minutes, 1)

    @extend_schema_field(FlagOut(many=True, allow_null=True))
    def get_flags(self, call: Any) -> Any:
        user = self.context["request"].user
        if call.evaluator_id == user.pk or not access.checks(user, call):
            return None
        return FlagOut(told(call, get_language() or ""), many=True).data

    @extend_schema_field(EvaluatorOut)
    def get_evaluator(self, call: Any) -> dict[str, str | None]:
        may_know = access.may_see_evaluator(self.context["request"].user, call)
        pseudonym = self.context["pseudonyms"](call)
        return {"pseudonym": pseudonym, "name": str(call.evaluator) if may_know else None}


ANSWERS_HELP = (
    'By item code: {"greeting.own_name": {"value": "yes"}, "phrasing.hold": {"na": true}, "tone.calm": {"unfit": true, "comment": "A recording answered"}}. An answer may carry `comment`, '
    "`quote` and `second` (the moment in the call). `value` is an option's value (yes_no, single, scale), a list of them "
    "(multiple), a number, text, a local moment such as 2026-03-10T15:00 (datetime), or a list of "
    '{"phrase", "quote", "second"} (phrase). Items that the answers hide are left out.'
)


ANSWER = {
    "type": ["object", "null"],
    "properties": {
        "value": {"description": "By the item's kind; see `answers`."},
        "na": {"type": "boolean", "description": "Not applicable, where the item allows it."},
        "unfit": {
            "type": "boolean",
            "description": "The question does not fit this call; `comment` says why. It counts nowhere.",
        },
        "comment": {"type": "string"},
        "quote": {"type": "string", "description": "What was said, word for word."},
        "second": {"type": "integer", "description": "The moment in the call."},
    },
    "additionalProperties": False,
}


@extend_schema_field({"type": "object", "additionalProperties": ANSWER})
class AnswersField(serializers.DictField):
    """Answers are checked by the checklist version, not here; its problems name the items."""


class CallDetail(CallOut):
    """One call with its answers."""

    answers = AnswersField(help_text=ANSWERS_HELP)
    timeline = serializers.ListField(
        child=serializers.ListField(),
        help_text='Marks of the call: [["dialled", 0], ["answered", 11.5], ["ended", 240]], in seconds from dialling. Known are '
        "dialled, answered, hold, back, transferred and ended. Saved with the answers, under `@timeline`: "
        '{"value": [...], "dialled_at": "2026-03-10T09:30:05Z"}.',
    )
    callback = serializers.SerializerMethodField()
    revision = serializers.IntegerField(help_text="Rises with every save; send it as `base_revision`.")
    client_id = serializers.SerializerMethodField(help_text="The id its maker gave it; null for other readers.")
    return_reason = serializers.SerializerMethodField(help_text="Why it was returned; empty for those who only read.")

    @extend_schema_field(CallbackOut(allow_null=True))
    def get_callback(self, call: Any) -> Any:
        promise = getattr(call, "callback", None)
        return None if promise is None else callback_shown(promise, self.context["at"])

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_client_id(self, call: Any) -> str | None:
        return str(call.client_id) if call.evaluator_id == self.context["request"].user.pk else None

    def get_return_reason(self, call: Any) -> str:
        return call.return_reason if access.may_see_evaluator(self.context["request"].user, call) else ""


# --- what is taken ----------------------------------------------------------------------------------------------------


class Known(serializers.IntegerField):
    """The key of something that the sender may see, turned into the thing itself by `find` in the view's context."""

    default_error_messages = {"unknown": _("There is no such choice here: {key}.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **options)


class CallIn(Shape):
    """A whole call, handed in at once; or, with `submit` false, a draft to be filled in later."""

    organisation = serializers.CharField(
        required=False, max_length=60, help_text="Its short name; may be left out by those who belong to one."
    )
    client_id = serializers.UUIDField(
        help_text="A UUID made by the sender for this call. Send the same one again and it is the same call."
    )
    wave = Known(help_text="An open wave.")
    department = Known(help_text="A department that is open on the day of the call.")
    scenario = Known()
    called_at = MomentField(help_text="With offset; not in the future.")
    assignment = Known(
        required=False,
        help_text="Your own assignment that this call fulfils: of this wave, department and scenario. Needed where a wave takes "
        "assigned calls only.",
    )
    answers = AnswersField(required=False, help_text=ANSWERS_HELP)
    submit = serializers.BooleanField(default=True, help_text="False opens a draft; then leave out `answers`.")

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if sent["submit"] and "answers" not in sent:
            raise serializers.ValidationError({"answers": _("Send the answers, or set “submit” to false.")}, "required")
        if not sent["submit"] and sent.get("answers"):
            raise serializers.ValidationError(
                {"answers": _("A draft is opened without answers; save them at its own address.")}, "not_here"
            )
        return sent


class AnswersIn(Shape):
    """Changed answers of a draft or returned call."""

    base_revision = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The `revision` of the call that these changes were made on."
    )
    answers = AnswersField(help_text=ANSWERS_HELP + " PATCH: null takes an answer away, others stay. PUT: all answers.")


class SavedOut(Shape):
    """How a save ended."""

    revision = serializers.IntegerField(help_text="The call's revision now.")


class SubmitIn(Shape):
    revision = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="Refuse when the call has moved on since."
    )


# --- refusals ---------------------------------------------------------------------------------------------------------


class ErrorOut(Shape):
    field = serializers.CharField(help_text="A name in the request, or the code of a checklist item.")
    code = serializers.CharField(help_text="Stable; for programs.")
    message = serializers.CharField(help_text="In your language; for people.")


@extend_schema_serializer(component_name="Problem")
class ProblemOut(Shape):
    """RFC 9457, sent as application/problem+json."""

    type = serializers.CharField(help_text="Stable: urn:klankbord:problem:incomplete and the like.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = ErrorOut(many=True, required=False)  # type: ignore[assignment]  # as above
    call = CallDetail(required=False, help_text="With a conflict: the stored copy.")
    revision = serializers.IntegerField(required=False, help_text="With answers that were not saved: the revision now.")
    conflicts = serializers.DictField(
        required=False, help_text="Answers that changed elsewhere since `base_revision`: the stored ones, by item code."
    )
