"""Set-up: members, their roles, and invitations."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, people
from surveys.forms.fields import refuse
from surveys.forms.people import InviteForm, RoleForm
from surveys.refused import Refused

if TYPE_CHECKING:
    from surveys.models import Membership, Organisation, User

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def members(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.ADMINISTRATORS)
    known = access.members(user, organisation).prefetch_related("departments")
    known = known.order_by("user__name", "user__email", "pk")
    page = {
        "organisation": organisation,
        "people": people.by_person(membership for membership in known if membership.ended_at is None),
        "former": people.by_person(membership for membership in known if membership.ended_at is not None),
        "invitations": access.waiting_invitations(user, organisation),
        "now": timezone.now(),
    }
    return render(request, "surveys/people/members.html", page)


@form_page
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.ADMINISTRATORS)
    known = access.members(user, organisation).filter(ended_at=None)
    departments = access.visible_departments(user, organisation)
    form = InviteForm(request.POST or None, members=known, departments=departments)
    if form.is_valid():
        try:
            _bring_in(request, organisation, form)
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect("members", slug)
    return render(request, "surveys/people/invite.html", {"form": form, "organisation": organisation})


def _bring_in(request: HttpRequest, organisation: "Organisation", form: InviteForm) -> None:
    """A member gets the role at once, anybody else an invitation."""
    by, at = access.signed_in(request), timezone.now()
    role, departments = form.cleaned_data["role"], form.cleaned_data["departments"]
    if form.known:
        people.give_role(organisation=organisation, user=form.known, role=role, departments=departments, by=by, at=at)
        messages.success(request, _("%(person)s is a member already and has the role now.") % {"person": form.known})
        return
    email = form.cleaned_data["email"]
    _send(
        request,
        people.invite(organisation=organisation, email=email, role=role, departments=departments, by=by, at=at),
    )


def _send(request: HttpRequest, invited: people.Invited) -> None:
    link = request.build_absolute_uri(reverse("invitation", args=[invited.secret]))
    words = {"email": invited.invitation.email}
    if people.send_invitation(invitation=invited.invitation, link=link):
        messages.success(request, _("An invitation is on its way to %(email)s.") % words)
    else:
        messages.warning(request, _("The e-mail to %(email)s could not be sent. Try “send again” later.") % words)


@require_POST
def invitation_send(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.ADMINISTRATORS)
    invitation = access.invitation_or_404(user, organisation, pk)
    try:
        _send(request, people.renew_invitation(invitation=invitation, by=user, at=timezone.now()))
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("members", slug)


@require_POST
def invitation_withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.ADMINISTRATORS)
    invitation = access.invitation_or_404(user, organisation, pk)
    try:
        people.withdraw_invitation(invitation=invitation, by=user, at=timezone.now())
        messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email})
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("members", slug)


@form_page
def member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.ADMINISTRATORS)
    membership = access.member_or_404(user, organisation, pk)
    initial = {"role": membership.role, "departments": membership.departments.all()}
    departments = access.visible_departments(user, organisation)
    form = RoleForm(request.POST or None, initial=initial, departments=departments)
    if form.is_valid():
        try:
            people.change_membership(membership=membership, **form.cleaned_data, by=user, at=timezone.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The role of %(person)s is saved.") % {"person": membership.user})
            return _after(user, membership)
    return render(request, "surveys/people/member.html", {"form": form, "membership": membership})


@form_page
def member_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.ADMINISTRATORS)
    membership = access.member_or_404(user, organisation, pk)
    if request.method == "POST":
        try:
            people.end_membership(membership=membership, by=user, at=timezone.now())
        except Refused as refused:
            messages.warning(request, str(refused))
            return redirect("members", slug)
        messages.success(request, _("%(person)s no longer has this role.") % {"person": membership.user})
        return _after(user, membership)
    return render(request, "surveys/people/member_end.html", {"membership": membership, "organisation": organisation})


def _after(user: "User", membership: "Membership") -> HttpResponse:
    """Whoever gave up the own administrator's role cannot read the members any more."""
    gave_up = membership.user_id == user.pk and membership.role == "administrator"
    return redirect("home") if gave_up else redirect("members", membership.organisation.slug)
