"""Addresses of figures, below /api/v1/."""

from django.urls import path

from analytics import api

app_name = "figures"
urlpatterns = [
    path("metrics/", api.Metrics.as_view(), name="metrics"),
    path("overview/", api.Overview.as_view(), name="overview"),
    path("reports/<slug:report>/", api.AnyReport.as_view(), name="report"),
    path("results/<int:pk>/<slug:report>/", api.OfDepartment.as_view(), name="results"),
    path("trend/", api.Trend.as_view(), name="trend"),
]
