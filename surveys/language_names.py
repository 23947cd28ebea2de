"""Languages by their names, in the reader's language."""

from typing import Final

from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

IN_LANGUAGE: Final = {"nl": gettext_lazy("in Dutch"), "en": gettext_lazy("in English")}


def in_language(code: str) -> str:
    """ "in Dutch": behind the name of a field."""
    if code in IN_LANGUAGE:
        return str(IN_LANGUAGE[code])
    try:
        return _("in %(language)s") % {"language": get_language_info(code)["name_translated"]}
    except KeyError:
        return _("in “%(language)s”") % {"language": code}


def language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code
