"""What departments are compared with, in words: to who reads some departments only, the others are those and no more."""

from typing import NamedTuple

from django.utils.translation import pgettext

from analytics.reports.tree import Tree


class Compared(NamedTuple):
    """“The rest”, “the others”, “elsewhere” and “all calls” of what is in view, each as it stands in a sentence."""

    rest: str
    others: str
    elsewhere: str
    calls: str


def compared(tree: Tree) -> Compared:
    """The words for this tree; one department alone is compared with nothing, so it has the plain ones."""
    if len(tree.leaves) > 1 and tree.is_part:
        return Compared(
            pgettext("compared with", "the rest of the chosen departments"),
            pgettext("compared with", "the other chosen departments"),
            pgettext("compared with", "in the other chosen departments"),
            pgettext("compared with", "the calls of the chosen departments"),
        )
    if len(tree.leaves) < 2 or tree.reader.reads_all:
        return Compared(
            pgettext("compared with", "the rest"),
            pgettext("compared with", "the others"),
            pgettext("compared with", "elsewhere"),
            pgettext("compared with", "all calls"),
        )
    return Compared(
        pgettext("compared with", "the rest of your departments"),
        pgettext("compared with", "your other departments"),
        pgettext("compared with", "in your other departments"),
        pgettext("compared with", "the calls of your departments"),
    )
