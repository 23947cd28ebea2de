"""The OpenAPI document, and the page that shows it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated

from surveys.api.described import MadeOnce


@extend_schema(exclude=True)
class Schema(SpectacularAPIView):
    """The document, for whoever may use the API: a session or a token, as everywhere else. JSON, or `?format=yaml`."""

    generator_class = MadeOnce
    permission_classes = (IsAuthenticated,)
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer]


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "surveys/api_docs.html")
