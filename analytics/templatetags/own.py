"""Shares on an evaluator's own page: what is too few for an interval is told as it is."""

from django import template
from django.utils.translation import gettext as _

from analytics import words
from analytics.figures import Share

register = template.Library()


@register.filter
def own_share(share: Share) -> str:
    """ "84 % (79 to 88 %)"; "3 of 4" with too few for an interval."""
    if share.value is None:
        return "–"
    if share.low is None:
        return own_count(share)
    return words.share_in_words(share)


@register.filter
def own_count(share: Share) -> str:
    """ "3 of 4"."""
    if not share.n:
        return "–"
    return _("%(count)s of %(total)s") % {"count": share.count, "total": share.n}
