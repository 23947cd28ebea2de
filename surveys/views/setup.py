"""Set-up: the organisation and its departments."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveys import access, setting_up
from surveys.forms.fields import refuse
from surveys.forms.setup import DepartmentForm, OrganisationForm
from surveys.refused import Refused
from surveys.tree import in_tree_order

if TYPE_CHECKING:
    from surveys.models import Department, Organisation

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.ADMINISTRATORS)
    form = OrganisationForm(request.POST or None, instance=organisation)
    if form.is_valid():
        try:
            setting_up.change_organisation(organisation=organisation, values=form.values(), by=user, at=timezone.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("organisation", slug)
    return render(request, "surveys/setup/organisation.html", {"form": form, "organisation": organisation})


@require_safe
def departments(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.ADMINISTRATORS)
    branches = in_tree_order(access.visible_departments(user, organisation))
    page = {"organisation": organisation, "branches": branches, "today": timezone.localdate(timezone=organisation.zone)}
    return render(request, "surveys/setup/departments.html", page)


@form_page
def department_new(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = access.organisation_or_404(access.signed_in(request), slug, access.ADMINISTRATORS)
    return _department_page(request, organisation, setting_up.new_department(organisation))


@form_page
def department(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.ADMINISTRATORS)
    return _department_page(request, organisation, access.department_or_404(user, organisation, pk))


def _department_page(request: HttpRequest, organisation: "Organisation", department: "Department") -> HttpResponse:
    user, name = access.signed_in(request), department.name
    known = access.visible_departments(user, organisation)
    form = DepartmentForm(request.POST or None, instance=department, departments=known)
    if form.is_valid():
        try:
            setting_up.save_department(department=department, values=form.values(), by=user, at=timezone.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("%(department)s is saved.") % {"department": form.cleaned_data["name"]})
            return redirect("departments", organisation.slug)
    page = {"form": form, "organisation": organisation, "name": name}
    return render(request, "surveys/setup/department.html", page)
