"""The rights that a letter was made with, and whether its reader still has them: whoever has fewer now is not given it."""

from collections.abc import Mapping
from typing import Any

from analytics.access import Reader
from surveys.access import FIGURE_READERS, has_role
from surveys.querysets import standing


def reads_figures(reader: Reader) -> bool:
    return bool(reader.user.is_active) and has_role(reader.user, reader.organisation, FIGURE_READERS)


def rights_of(reader: Reader) -> dict[str, Any]:
    """As they are kept with a letter; `managed` are the departments whose calls may be seen one by one."""
    return {"all": reader.reads_all, "checks": reader.checks, "managed": sorted(_managed(reader))}


def still_has(reader: Reader, kept: Mapping[str, Any]) -> bool:
    if not reads_figures(reader) or (kept["all"] and not reader.reads_all) or (kept["checks"] and not reader.checks):
        return False
    return reader.checks or _managed(reader).issuperset(kept["managed"])


def _managed(reader: Reader) -> set[int]:
    return standing(reader.user).managed & reader.departments.keys()
