"""How the OpenAPI document is made from the views."""

from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import get_language
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from surveys.api.problems import CONTENT_TYPE, STATUSES_OF, TITLES
from surveys.api.serializers import ProblemOut

INTRODUCTION = """Test calls, how they were scored, and what they tell.

**Who may what.** Send a token (`Authorization: Bearer kb_...`): it acts as its user and sees what that person sees, or
less. Make one on your account page, or on the server with `python manage.py create_token EMAIL --scope read`. A token
with the scope `read` changes nothing. What you may not know of does not exist for you (404); what you may read but not
do is 403.

**Values.** Scores are percentages with two decimals, as text (`"66.67"`), the same to the last digit as on the pages and
in the exports; `null` is no score, never 0. Moments carry their offset from UTC; days are local days of the organisation.

**Lists** come in pages: follow `next` until it is null. A row that stands there from the first page to the last is met
exactly once, whatever is added meanwhile. A parameter that is not known is refused, not ignored.

**Handing calls in** is safe to repeat: make a UUID for each call (`client_id`) and send it until the answer is 200 or 201.

    curl -X POST https://klankbord.example/api/v1/calls/ \\
      -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
      -d '{"client_id": "2f1e4cb2-6b1c-4a55-9c8e-0d6c9f7c6a10", "wave": 3, "department": 7, "scenario": 1,
           "called_at": "2026-03-10T10:30:00+01:00", "answers": {"greeting.answered": {"value": "yes"}}}'

**Refusals** are `application/problem+json` (RFC 9457) in your language; `errors` names the fields and checklist items to
change. `type` is `urn:klankbord:problem:` and one of these:
"""


class Document(SchemaGenerator):
    """The whole document, with its introduction."""

    def get_schema(self, request: Any = None, public: Any = False) -> Any:  # noqa: FBT002 - the library's signature
        found = super().get_schema(request=request, public=public)  # type: ignore[no-untyped-call]
        problems = "".join(f"\n- `{kind}` ({STATUSES_OF[kind]}): {title}" for kind, title in TITLES.items())
        found["info"]["description"] = INTRODUCTION + problems
        return found


class MadeOnce(Document):
    """For the address it is served at: the document is the same for every reader of a language."""

    made: ClassVar[dict[str, Any]] = {}

    def get_schema(self, request: Any = None, public: Any = False) -> Any:  # noqa: FBT002 - the library's signature
        language = get_language() or ""
        if language not in dict(settings.LANGUAGES):
            return super().get_schema(request=request, public=public)
        if language not in self.made:
            self.made[language] = super().get_schema(request=request, public=public)
        return self.made[language]


class Described(AutoSchema):
    """Every operation also answers with problems, in their own media type."""

    def get_summary(self) -> str:
        """The first sentence of the docstring, so that a list of operations says what each is for."""
        return str(self.get_description() or "").partition("\n")[0].partition(". ")[0].rstrip(".")

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        bodies.setdefault("default", self._get_response_for_code(ProblemOut, "default"))
        return bodies

    def _get_response_for_code(
        self, serializer: Any, status_code: Any, media_types: Any = None, direction: Any = "response"
    ) -> Any:
        refused = str(status_code) == "default" or str(status_code) >= "400"
        found = super()._get_response_for_code(  # type: ignore[no-untyped-call]
            serializer, status_code, [CONTENT_TYPE] if refused else media_types, direction
        )
        return {**found, "description": "A problem."} if refused and not found.get("description") else found


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "surveys.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        words = "A token from your account page or `manage.py create_token`: `Authorization: Bearer kb_...`."
        return {"type": "http", "scheme": "bearer", "description": words}
