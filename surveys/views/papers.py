"""Papers on file: read by those who plan and by the works council, kept by those who plan."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surveys import access, papers
from surveys.forms.fields import refuse
from surveys.forms.planning import PaperForm, WithdrawForm
from surveys.refused import Refused

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def on_file(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.PAPER_READERS)
    keeps = access.has_role(user, organisation, access.COORDINATORS)
    if request.method == "POST" and not keeps:
        raise PermissionDenied
    today = timezone.now().astimezone(organisation.zone).date()
    form = PaperForm(request.POST or None, today=today, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        papers.put_on_file(organisation=organisation, values=form.cleaned_data, by=user, at=timezone.now())
        messages.success(request, _("Put on file."))
        return redirect("papers", slug)
    lines = papers.lines(list(access.visible_papers(user, organisation)), today)
    page = {"organisation": organisation, "form": form, "keeps": keeps, "lines": lines, "today": today}
    page["lacking"] = [line for line in lines if line.needed and not line.valid]
    return render(request, "surveys/planning/papers.html", page)


@form_page
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    paper = access.paper_or_404(user, organisation, pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            papers.withdraw(paper=paper, reason=form.cleaned_data["reason"], by=user, at=timezone.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Withdrawn. It stays on file, and so does your reason."))
            return redirect("papers", slug)
    page = {"organisation": organisation, "form": form, "paper": paper}
    return render(request, "surveys/planning/withdraw.html", page)
