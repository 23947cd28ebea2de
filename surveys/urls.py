"""Addresses of fieldwork. Pages of one organisation start with /o/<slug>/; a call has an address of its own."""

from django.urls import path

from surveys.views import account, call_form, calls, checklists, exports, fieldwork, home, imports, people, review, setup

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", home.help_page, name="help"),
    path("o/<slug:slug>/", home.organisation_home, name="organisation_home"),
    # the evaluator
    path("o/<slug:slug>/calls/", calls.own_list, name="calls"),
    path("o/<slug:slug>/calls/new/", calls.start, name="call_start"),
    path("calls/<int:pk>/", review.call_page, name="call"),
    path("calls/<int:pk>/facts/", calls.facts, name="call_facts"),
    path("calls/<int:pk>/form/", call_form.resume, name="call_resume"),
    path("calls/<int:pk>/form/<slug:section>/", call_form.section, name="call_section"),
    path("calls/<int:pk>/save/", call_form.save, name="call_save"),
    path("calls/<int:pk>/check/", call_form.check, name="call_check"),
    path("calls/<int:pk>/submitted/", calls.submitted, name="call_submitted"),
    path("calls/<int:pk>/discard/", calls.discard, name="call_discard"),
    path("calls/<int:pk>/conflicts/", calls.conflicts, name="call_conflicts"),
    # the reviewer
    path("o/<slug:slug>/review/", review.queue, name="review"),
    path("calls/<int:pk>/approve/", review.approve, name="call_approve"),
    path("calls/<int:pk>/return/", review.return_call, name="call_return"),
    path("calls/<int:pk>/void/", review.void, name="call_void"),
    # fieldwork and set-up
    path("o/<slug:slug>/waves/", fieldwork.waves, name="waves"),
    path("o/<slug:slug>/waves/new/", fieldwork.wave_new, name="wave_new"),
    path("o/<slug:slug>/waves/<int:pk>/", fieldwork.wave, name="wave"),
    path("o/<slug:slug>/waves/<int:pk>/open/", fieldwork.wave_open, name="wave_open"),
    path("o/<slug:slug>/waves/<int:pk>/close/", fieldwork.wave_close, name="wave_close"),
    path("o/<slug:slug>/scenarios/", fieldwork.scenarios, name="scenarios"),
    path("o/<slug:slug>/scenarios/new/", fieldwork.scenario_new, name="scenario_new"),
    path("o/<slug:slug>/scenarios/<int:pk>/", fieldwork.scenario, name="scenario"),
    path("o/<slug:slug>/checklists/", checklists.overview, name="checklists"),
    path("o/<slug:slug>/checklists/<int:pk>/", checklists.version, name="checklist_version"),
    path("o/<slug:slug>/organisation/", setup.organisation, name="organisation"),
    path("o/<slug:slug>/departments/", setup.departments, name="departments"),
    path("o/<slug:slug>/departments/new/", setup.department_new, name="department_new"),
    path("o/<slug:slug>/departments/<int:pk>/", setup.department, name="department_edit"),
    path("o/<slug:slug>/members/", people.members, name="members"),
    path("o/<slug:slug>/members/invite/", people.invite, name="invite"),
    path("o/<slug:slug>/members/<int:pk>/", people.member, name="member"),
    path("o/<slug:slug>/members/<int:pk>/end/", people.member_end, name="member_end"),
    path("o/<slug:slug>/invitations/<int:pk>/send/", people.invitation_send, name="invitation_send"),
    path("o/<slug:slug>/invitations/<int:pk>/withdraw/", people.invitation_withdraw, name="invitation_withdraw"),
    # data in and out
    path("o/<slug:slug>/imports/", imports.runs, name="imports"),
    path("o/<slug:slug>/imports/new/", imports.upload, name="import_new"),
    path("o/<slug:slug>/imports/<int:pk>/", imports.run, name="import"),
    path("o/<slug:slug>/imports/<int:pk>/mapping/", imports.mapping, name="import_mapping"),
    path("o/<slug:slug>/imports/<int:pk>/confirm/", imports.confirm, name="import_confirm"),
    path("o/<slug:slug>/imports/<int:pk>/report.csv", imports.report, name="import_report"),
    path("o/<slug:slug>/exports/", exports.page, name="exports"),
    path("o/<slug:slug>/exports/calls.csv", exports.calls_csv, name="export_calls"),
    path("o/<slug:slug>/exports/answers.csv", exports.answers_csv, name="export_answers"),
    # the reader's own
    path("account/", account.profile, name="profile"),
    path("account/tokens/new/", account.token_new, name="token_new"),
    path("account/tokens/<int:pk>/revoke/", account.token_revoke, name="token_revoke"),
    path("language/", account.set_language, name="set_language"),
    path("invitation/<str:secret>/", account.invitation, name="invitation"),
]
