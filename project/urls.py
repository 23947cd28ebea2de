"""All addresses: fieldwork, results, the API, signing in, and the health check."""

from django.urls import include, path

from project import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("accounts/", include("project.account_urls")),
    path("api/v1/", include("analytics.api_urls")),
    path("api/v1/", include("surveys.api.urls")),  # answers for every other address below it
    path("", include("surveys.urls")),
    path("", include("analytics.urls")),
]
handler400 = "project.views.bad_request"
handler403 = "project.views.forbidden"
handler404 = "project.views.not_found"
handler500 = "project.views.server_error"
