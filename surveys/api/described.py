"""How the OpenAPI document is made from the views."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from surveys.api.problems import CONTENT_TYPE
from surveys.api.serializers import ProblemOut


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
