"""Addresses of the results."""

from django.urls import path

from analytics import alert_views, letter_views, views

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
    path("o/<slug:slug>/letters/", letter_views.letters, name="letters"),
    path("o/<slug:slug>/letters/new/", letter_views.letter_new, name="letter_new"),
    path("o/<slug:slug>/letters/<int:pk>.pdf", letter_views.letter_pdf, name="letter_pdf"),
    path("o/<slug:slug>/letters/<int:pk>/", letter_views.letter_change, name="letter_change"),
    path("o/<slug:slug>/letters/planned/new/", letter_views.schedule_new, name="letter_schedule_new"),
    path("o/<slug:slug>/letters/planned/<int:pk>/", letter_views.schedule, name="letter_schedule"),
    path("o/<slug:slug>/letters/planned/<int:pk>/change/", letter_views.schedule_change, name="letter_schedule_change"),
    path("letters/stop/<str:signed>/", letter_views.stop, name="letters_stop"),
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
