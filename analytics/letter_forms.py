"""What a reader fills in for a letter, or for letters that come by themselves."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import words
from analytics.letters.models import MOST_TITLE, LetterSchedule
from analytics.letters.wording import printable
from surveys.models import Role

if TYPE_CHECKING:
    from analytics.letters.scheduling import Wanted
    from surveys.models import User, Wave

CHOSEN = "chosen"


class TitleField(forms.CharField):
    """Without control characters."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return printable(found) if isinstance(found, str) else found


class LetterForm(forms.Form):
    """`about` says what was looked at; `waves` can be taken whole instead. Without them there is nothing to choose."""

    title = TitleField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("It stands on the front page, followed by the department that was chosen, if any."),
        max_length=MOST_TITLE,
    )
    of = forms.ChoiceField(label=gettext_lazy("What it is of"))

    def __init__(self, *args: Any, about: str, waves: "Sequence[Wave]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waves = {str(wave.pk): wave for wave in waves}
        self.fields["title"].initial = _("Management letter")
        field = self.fields["of"]
        assert isinstance(field, forms.ChoiceField)
        named = [(key, _("the wave %(name)s") % {"name": wave.name}) for key, wave in self.waves.items()]
        # A list cuts off what is longer than itself: all of it stands beside it.
        field.choices = [(CHOSEN, _("what you looked at last")), *named]
        self.looked_at = f"{words.capital(about)}."
        self.another = _("Another choice: set the filter on a page of results, then “Letter (PDF)” beside it.")
        looked_at = _("What you looked at last: %(about)s. Or a whole wave, with all departments that you read.") % {
            "about": about
        }
        field.help_text = f"{looked_at} {self.another}"
        if not waves:
            self.fields["title"].help_text = _("It stands on the front page.")
            field.initial, field.widget = CHOSEN, forms.HiddenInput()

    @property
    def wave(self) -> "Wave | None":
        """The wave that was chosen, if one was."""
        return self.waves.get(self.cleaned_data["of"])


class ScheduleForm(forms.Form):
    """`candidates` are those whom letters can be sent to; without them its maker is the only reader."""

    title = TitleField(label=gettext_lazy("Title"), max_length=MOST_TITLE)
    every = forms.ChoiceField(
        label=gettext_lazy("When"),
        widget=forms.RadioSelect,
        choices=LetterSchedule.Every.choices,
        initial=LetterSchedule.Every.MONTH,
    )
    readers = forms.MultipleChoiceField(
        label=gettext_lazy("Who gets it"),
        help_text=gettext_lazy("By e-mail, each in their own language and with the figures that they may see."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        candidates: "Mapping[User, frozenset[str]]",
        user: "User",
        totals_only: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if totals_only:  # whole quarters are all that their maker is given
            every = self.fields["every"]
            assert isinstance(every, forms.ChoiceField)
            every.choices = [each for each in LetterSchedule.Every.choices if each[0] == LetterSchedule.Every.QUARTER]
            every.initial = LetterSchedule.Every.QUARTER
        self.user = user
        self.candidates = {str(person.pk): person for person in candidates}
        self.fields["title"].initial = _("Management letter")
        if not candidates:
            del self.fields["readers"]
            return
        field = self.fields["readers"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(person.pk), _with_roles(person, roles)) for person, roles in candidates.items()]
        field.error_messages["required"] = _("Choose at least one reader.")

    def wanted(self, query: str) -> "Wanted":
        """What a checked form asks for."""
        from analytics.letters.scheduling import Wanted

        chosen = [self.candidates[key] for key in self.cleaned_data.get("readers", ())] or [self.user]
        return Wanted(self.cleaned_data["title"], self.cleaned_data["every"], query, chosen)


def _with_roles(person: "User", roles: frozenset[str]) -> str:
    named = ", ".join(str(Role(role).label) for role in Role.values if role in roles)
    return format_html('<span><b>{}</b> <span class="mute">{}</span></span>', person, named)
