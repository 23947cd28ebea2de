"""What a page shows of one item: its choices, its lines of phrases, and the answer that stands there."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from surveys import definition
from surveys.definition import Item
from surveys.forms.posted import NA

# What fits side by side on the narrowest phone: by number of tiles, letters of the longest word and of a whole label.
FITS: Final = {2: (14, 28), 3: (9, 18), 4: (6, 12)}


@dataclass(frozen=True, slots=True)
class Choice:
    """`key` is the digit that chooses it on a keyboard; points and fail are only told where a remark depends on them."""

    value: str
    label: str
    checked: bool
    key: str = ""
    points: int | None = None
    fails: bool = False

    @property
    def is_na(self) -> bool:
        return self.value == NA

    @property
    def short(self) -> str:
        """What stands before the colon: the 1 of “1: cold”."""
        return self.label.partition(":")[0]

    @property
    def rest(self) -> str:
        return self.label.partition(":")[2].strip()


@dataclass(frozen=True, slots=True)
class PhraseLine:
    """A phrase of the bank to tick, or (without code) a line for another one."""

    number: int
    code: str
    kind: str
    text: str
    ticked: bool
    quote: str
    moment: str

    @property
    def index(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two devices answered differently: what stands here, and what the other one says."""

    mine: str
    other: str


@dataclass(frozen=True, slots=True)
class Question:
    """An item with its answer, ready to be shown.

    `off`: not asked, given the answers so far; `away`: nor could it be by other answers on this page, so that a page
    without script leaves it out.
    """

    item: Item
    id: str
    text: str
    help: str
    good: str
    bad: str
    off: bool
    away: bool
    only_if: str
    choices: tuple[Choice, ...]
    none: bool | None
    value: str
    na: bool
    unfit: bool
    reason: str
    phrases: tuple[PhraseLine, ...]
    comment: str
    quote: str
    moment: str
    wants: tuple[str, ...]
    due: bool
    problem: str = ""
    clash: Clash | None = None
    # What the reviewer asks at this question of a returned call.
    return_note: str = ""

    @property
    def code(self) -> str:
        return self.item.code

    @property
    def kind(self) -> str:
        return self.item.kind

    @property
    def template(self) -> str:
        family = "choices" if self.kind in definition.OPTION_KINDS else self.kind
        return f"surveys/calls/kinds/{family}.html"

    @property
    def wants_moment(self) -> bool:
        return "quote" in self.wants or bool(self.moment)

    @property
    def grouped(self) -> bool:
        """Several controls make one answer."""
        return self.kind in (*definition.OPTION_KINDS, "phrase")

    @property
    def layout(self) -> str:
        """ "row" for a few short options, "grid" for the digits of a long scale, else "list"."""
        if self.kind == "scale" and all(len(choice.short) <= 2 for choice in self.choices if not choice.is_na):
            return "row" if len(self.choices) <= 6 else "grid"
        word, label = FITS.get(len(self.choices), (0, 0))
        shown = [_("n/a") if choice.is_na else choice.label for choice in self.choices]
        fits = all(len(text) <= label and max(map(len, text.split()), default=0) <= word for text in shown)
        return "row" if fits else "list"

    @property
    def ends(self) -> tuple[str, str] | None:
        """What the two ends of a scale mean: "1: cold" and "5: warm" are shown as 1 and 5 with the words below."""
        scale = [choice for choice in self.choices if not choice.is_na]
        if self.kind != "scale" or not scale:
            return None
        low, high = scale[0].rest, scale[-1].rest
        return (low, high) if low and high else None
