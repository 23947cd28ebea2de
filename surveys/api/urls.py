"""The API's addresses, below /api/v1/."""

from django.urls import path, re_path

from surveys.api import appeals, assignments, callbacks, calls, progress, schema, views

app_name = "api"
urlpatterns = [
    path("organisations/", views.OrganisationList.as_view(), name="organisations"),
    path("departments/", views.DepartmentList.as_view(), name="departments"),
    path("departments/<int:pk>/", views.DepartmentPage.as_view(), name="department"),
    path("checklists/", views.ChecklistList.as_view(), name="checklists"),
    path("checklists/<int:pk>/", views.ChecklistPage.as_view(), name="checklist"),
    path("scenarios/", views.ScenarioList.as_view(), name="scenarios"),
    path("waves/", views.WaveList.as_view(), name="waves"),
    path("waves/<int:pk>/progress/", progress.WaveProgress.as_view(), name="wave_progress"),
    path("calls/", calls.CallList.as_view(), name="calls"),
    path("calls/<int:pk>/", calls.CallPage.as_view(), name="call"),
    path("calls/<int:pk>/answers/", calls.CallAnswers.as_view(), name="call_answers"),
    path("calls/<int:pk>/submit/", calls.CallSubmit.as_view(), name="call_submit"),
    path("calls/<int:pk>/callback/", callbacks.CallCallback.as_view(), name="call_callback"),
    path("calls/<int:pk>/appeal/", appeals.CallAppeal.as_view(), name="call_appeal"),
    path("appeals/", appeals.AppealList.as_view(), name="appeals"),
    path("appeals/<int:pk>/", appeals.AppealPage.as_view(), name="appeal"),
    path("assignments/", assignments.AssignmentList.as_view(), name="assignments"),
    path("assignments/<int:pk>/", assignments.AssignmentPage.as_view(), name="assignment"),
    path("assignments/<int:pk>/accept/", assignments.AssignmentAccept.as_view(), name="assignment_accept"),
    path("assignments/<int:pk>/hand-back/", assignments.AssignmentHandBack.as_view(), name="assignment_hand_back"),
    path("schema/", schema.Schema.as_view(), name="schema"),
    path("docs/", schema.docs, name="docs"),
    re_path(r"", views.Nothing.as_view(), name="nothing"),
]
