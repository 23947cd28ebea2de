"""Addresses of the results."""

from django.urls import path

from analytics import alert_views, views

urlpatterns = [
    path("help/figures/", views.figures, name="figures"),
    path("help/results/", views.reading, name="reading"),
    path("o/<slug:slug>/my-work/", views.own, name="own_work"),
    path("o/<slug:slug>/overview/", views.overview, name="overview"),
    path("o/<slug:slug>/figures/<slug:topic>/", views.topic, name="topic"),
    path("o/<slug:slug>/reports/<slug:report>.csv", views.report_csv, name="report_csv"),
    path("o/<slug:slug>/views/", views.saved, name="saved_views"),
    path("o/<slug:slug>/views/<int:pk>/remove/", views.saved_remove, name="saved_view_remove"),
    path("o/<slug:slug>/alerts/", alert_views.alerts, name="alerts"),
    path("o/<slug:slug>/alerts/choices/", alert_views.choose, name="alert_choices"),
    path("alerts/stop/<str:signed>/", alert_views.stop, name="alerts_stop"),
    path("o/<slug:slug>/interventions/new/", views.intervention_new, name="intervention_new"),
    path("o/<slug:slug>/interventions/<int:pk>/remove/", views.intervention_remove, name="intervention_remove"),
    path("o/<slug:slug>/planner/", views.planner, name="planner"),
    path("o/<slug:slug>/overview.csv", views.overview_csv, name="overview_csv"),
    path("o/<slug:slug>/trend.csv", views.trend_csv, name="trend_csv"),
    path("o/<slug:slug>/agreement/", views.agreement, name="agreement"),
    path("o/<slug:slug>/agreement/<int:pk>/", views.pair, name="pair"),
    path("o/<slug:slug>/gold/results/", views.gold_results, name="gold_results"),
    path("o/<slug:slug>/results/<int:pk>/", views.department, name="department"),
    path("o/<slug:slug>/results/<int:pk>/<slug:report>.csv", views.department_csv, name="department_csv"),
]
