"""The builder: a draft version on one page, its sections, questions, weights and settings, and trying it out."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, building, definition
from surveys.building_words import name_of_item, name_of_section, step_words
from surveys.definition import editing
from surveys.forms.builder import DraftPosted, FormSettings, PartForm, WeightsForm
from surveys.forms.item import ItemPage, kind_choices, new_item, of_kind
from surveys.forms.outline import Outline, percents
from surveys.forms.preview import Preview, one_question
from surveys.refused import Refused

if TYPE_CHECKING:
    from surveys.definition.editing import Document
    from surveys.models import ChecklistVersion, Organisation, User

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _open(request: HttpRequest, slug: str, pk: int) -> "tuple[User, Organisation, ChecklistVersion]":
    """The door of every page here: a draft, and somebody who builds checklists."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    return user, organisation, access.draft_or_404(user, organisation, pk)


@require_safe
def outline(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    _user, organisation, version = _open(request, slug, pk)
    page = Outline(version, slug, get_language() or "")
    last = building.last_change(version)
    context = {
        "organisation": organisation,
        "version": version,
        "outline": page,
        "kinds": kind_choices(),
        "last": step_words(last.changes, page.language) if last else "",
        "last_by": last.actor if last else None,
    }
    return render(request, "surveys/builder/outline.html", context)


@require_POST
def change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Moves, duplicates and removes: the buttons of the outline."""
    user, _organisation, version = _open(request, slug, pk)
    asked = DraftPosted(request.POST)
    try:
        if asked.verb == "undo":
            building.undo(version=version, by=user, at=timezone.now())
            messages.success(request, _("The last change is taken back."))
            return redirect("draft", slug, pk)
        step = _STEPS[asked.verb, asked.what]
        before = building.document_of(version)
        building.change_draft(
            version=version, change=lambda document: step(document, asked), by=user, at=timezone.now(), seen=asked.seen
        )
        if asked.verb == "remove":
            messages.success(request, _removed(before, asked, get_language() or ""))
    except Refused as refused:
        messages.warning(request, " ".join((str(refused), _("This is how it stands now."))))
    except KeyError:
        messages.warning(request, _("That is not possible here."))
    anchor = f"i-{asked.code.replace('.', '-')}" if asked.verb != "remove" else "outline"
    return redirect(f"{reverse('draft', args=[slug, pk])}#{anchor}")


def _move(document: "Document", asked: DraftPosted) -> "Document":
    return editing.move_item(document, asked.code, asked.to, asked.position)


_STEPS: dict[tuple[str, str], Any] = {
    ("up", "item"): lambda document, asked: editing.step_item(document, asked.code, -1),
    ("down", "item"): lambda document, asked: editing.step_item(document, asked.code, 1),
    ("move", "item"): _move,
    ("duplicate", "item"): lambda document, asked: editing.duplicate_item(document, asked.code)[0],
    ("remove", "item"): lambda document, asked: editing.remove_item(document, asked.code),
    ("up", "section"): lambda document, asked: editing.step_section(document, asked.code, -1),
    ("down", "section"): lambda document, asked: editing.step_section(document, asked.code, 1),
    ("move", "section"): lambda document, asked: editing.move_section(document, asked.code, asked.position),
    ("duplicate", "section"): lambda document, asked: editing.duplicate_section(document, asked.code)[0],
    ("remove", "section"): lambda document, asked: editing.remove_section(document, asked.code),
}


def _removed(before: "Document", asked: DraftPosted, language: str) -> str:
    """What went, and what asked about it: “Undo” brings it back."""
    if asked.what == "section":
        name = name_of_section(editing.section_of(before, asked.code), language)
        return _("“%(name)s” and its questions are removed. “Undo” brings them back.") % {"name": name}
    name = name_of_item(editing.item_of(before, asked.code), language)
    if count := len(editing.askers(before, asked.code)):
        return _(
            "“%(name)s” is removed, but %(count)s other questions are only asked after its answer. “Undo” brings it back."
        ) % {"name": name, "count": count}
    return _("“%(name)s” is removed. “Undo” brings it back.") % {"name": name}


@form_page
def settings(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, organisation, version = _open(request, slug, pk)
    document = building.document_of(version)
    form = FormSettings(request.POST or None, document=document)
    if form.is_valid():
        change = {key: form.cleaned_data[key] for key in ("languages", "na_policy", "pass_mark")}
        if _saved(request, user, version, lambda now: now | change, about="form"):
            return redirect("draft", slug, pk)
    seen = building.token(editing.pieces(document)["form"])
    page = {"organisation": organisation, "version": version, "form": form, "seen": seen}
    return render(request, "surveys/builder/settings.html", page)


@form_page
def section_new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _section_page(request, slug, pk, "")


@form_page
def section(request: HttpRequest, slug: str, pk: int, section: str) -> HttpResponse:
    return _section_page(request, slug, pk, section)


def _section_page(request: HttpRequest, slug: str, pk: int, code: str) -> HttpResponse:
    user, organisation, version = _open(request, slug, pk)
    document = building.document_of(version)
    known = _found(editing.section_of, document, code) if code else None
    fixed = building.published_codes(version.checklist)
    form = PartForm(request.POST or None, document=document, section=known, published=fixed)
    if form.is_valid():
        values, about = form.values(), f"section {code}" if code else "form"

        def step(now: "Document") -> "Document":
            return editing.put_section(now, code, values) if code else editing.add_section(now, values)

        if _saved(request, user, version, step, about=about):
            return redirect(f"{reverse('draft', args=[slug, pk])}#i-{values['code']}")
    seen = building.token(editing.pieces(document)[f"section {code}" if code else "form"])
    name = name_of_section(known, get_language() or "") if known else ""
    page = {"organisation": organisation, "version": version, "form": form, "seen": seen, "name": name, "code": code}
    return render(request, "surveys/builder/section.html", page)


@form_page
def item_new(request: HttpRequest, slug: str, pk: int, section: str) -> HttpResponse:
    """The form of a question still to be added to a section; ?kind= says which."""
    user, organisation, version = _open(request, slug, pk)
    document = building.document_of(version)
    _found(editing.section_of, document, section)
    kind = request.POST.get("kind", request.GET.get("kind", "yes_no"))
    page = _item_page(request, version, document, new_item(document, kind), section, is_new=True)
    if request.method == "POST" and not page.wants_more and page.is_valid():
        if "preview" in request.POST:
            return _preview_of(request, page)
        value = page.value()
        if _saved(
            request, user, version, lambda now: editing.add_item(now, section, value), about=f"section {section}"
        ):
            return _after_item(request, slug, pk, value["code"])
    seen = building.token(editing.pieces(document)[f"section {section}"])
    return _show_item(request, organisation, version, page, seen)


@form_page
def item(request: HttpRequest, slug: str, pk: int, code: str) -> HttpResponse:
    user, organisation, version = _open(request, slug, pk)
    document = building.document_of(version)
    known = _found(editing.item_of, document, code)
    home = editing.home_of(document, code)["code"]
    page = _item_page(request, version, document, known, home)
    kind = request.POST.get("kind", request.GET.get("kind", page.kind))
    if kind != page.kind and not page.is_published:
        page = _item_page(request, version, document, of_kind(document, known, kind), home)
    if request.method == "POST" and not page.wants_more and page.is_valid():
        if "preview" in request.POST:
            return _preview_of(request, page)
        value = page.value()
        if _saved(request, user, version, lambda now: editing.put_item(now, code, value), about=f"item {code}"):
            return _after_item(request, slug, pk, value["code"])
    return _show_item(request, organisation, version, page, building.token(known))


def _item_page(
    request: HttpRequest, version: "ChecklistVersion", document: "Document", item: dict[str, Any], section: str,
    *, is_new: bool = False,
) -> ItemPage:  # fmt: skip
    return ItemPage(
        document=document,
        item=item,
        section=section,
        language=get_language() or "",
        published=building.published_codes(version.checklist),
        is_new=is_new,
        posted=request.POST if request.method == "POST" else None,
    )


def _after_item(request: HttpRequest, slug: str, pk: int, code: str) -> HttpResponse:
    if "stay" in request.POST:
        messages.success(request, _("Saved."))
        return redirect("draft_item", slug, pk, code)
    return redirect(f"{reverse('draft', args=[slug, pk])}#i-{code.replace('.', '-')}")


def _show_item(
    request: HttpRequest, organisation: "Organisation", version: "ChecklistVersion", page: ItemPage, seen: str
) -> HttpResponse:
    language = get_language() or ""
    form, _problems = definition.attempt(page.document)
    outline = Outline(version, organisation.slug, language)
    context = {
        "organisation": organisation,
        "version": version,
        "page": page,
        "seen": request.POST.get("seen", seen) if page.wants_more else seen,
        "name": "" if page.is_new else name_of_item(page.item, language),
        "q": one_question(form, page.item["code"], language) if form and not page.is_new else None,
        "notes": [pair for pair in outline.blocking + outline.warnings if pair[0].code == page.item["code"]],
        "percent": percents(page.document).get(page.item["code"], ""),
        "kinds": kind_choices(),
    }
    return render(request, "surveys/builder/item.html", context)


def _preview_of(request: HttpRequest, page: ItemPage) -> HttpResponse:
    """The question as it would look with what was typed; nothing is saved."""
    value = page.value()
    section = {"code": "new", "dimension": "other", "weight": 1, "title": {}, "items": [value | {"condition": None}]}
    form, _problems = definition.attempt(editing.complete({**page.document, "sections": [section]}))
    question = one_question(form, value["code"], get_language() or "") if form else None
    return render(request, "surveys/builder/_question.html", {"q": question})


@form_page
def weights(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, organisation, version = _open(request, slug, pk)
    outline = Outline(version, slug, get_language() or "")
    form = WeightsForm(request.POST or None, document=outline.document)
    if form.is_valid():
        sections, items = form.shares()
        if _saved(request, user, version, lambda now: editing.set_weights(now, sections, items)):
            messages.success(request, _("The weights are saved; together they are 100 %."))
            return redirect("draft_weights", slug, pk)
    page = {"organisation": organisation, "version": version, "form": form, "outline": outline, "seen": outline.seen}
    return render(request, "surveys/builder/weights.html", page)


@form_page
def preview(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The evaluator's form, to try out. Answers come and go with the page; nothing is kept."""
    user, organisation, version = _open(request, slug, pk)
    outline = Outline(version, slug, get_language() or "")
    posted = request.POST if request.method == "POST" else None
    phrases = access.visible_phrases(user, organisation).in_use()
    page = Preview(outline.form, outline.language, posted, phrases) if outline.form and outline.questions else None
    context = {"organisation": organisation, "version": version, "outline": outline, "preview": page}
    return render(request, "surveys/builder/preview.html", context)


@form_page
def discard(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, organisation, version = _open(request, slug, pk)
    if request.method != "POST":
        return render(request, "surveys/builder/discard.html", {"organisation": organisation, "version": version})
    try:
        building.discard_draft(version=version, by=user, at=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("draft", slug, pk)
    messages.success(request, _("The draft is thrown away."))
    return redirect("checklists", slug)


def _saved(request: HttpRequest, user: "User", version: "ChecklistVersion", step: Any, *, about: str = "") -> bool:
    """Whether the step was taken; when it was refused, the reader is told and the page shows what they typed."""
    try:
        building.change_draft(
            version=version, change=step, by=user, at=timezone.now(), seen=request.POST.get("seen", ""), about=about
        )
    except Refused as refused:
        messages.warning(
            request,
            " ".join(
                (str(refused), _("What you typed is still here: save once more to keep it, or open the page anew."))
            ),
        )
        return False
    return True


def _found(find: Any, document: "Document", code: str) -> Any:
    try:
        return find(document, code)
    except KeyError:
        raise Http404 from None
