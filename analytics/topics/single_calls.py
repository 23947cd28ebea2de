"""What a page says first when its choice holds more calls than it can look at one by one."""

from django.utils.translation import gettext as _

from analytics.lede import Sentence


def too_wide() -> Sentence:
    return Sentence(_("This choice is too wide to judge here: choose a department, or a shorter period."), strong=True)
