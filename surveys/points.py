"""Points 0-100 as people write them, hundredths 0-10000 as they are kept."""

import re
from decimal import Decimal

from django.utils.formats import get_format

_TYPED = re.compile(r"[0-9]{1,3}([.,][0-9]{1,2})?")


def points_text(hundredths: int) -> str:
    """8250 as "82.5" or "82,5", in the reader's language, without needless zeros."""
    text = f"{Decimal(hundredths) / 100:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", str(get_format("DECIMAL_SEPARATOR")))


def read_points(typed: str) -> int:
    """8250 from "82,5" and "82.5". Raises `ValueError` naming what was typed when it is no number of points from 0 to 100."""
    hundredths = int(Decimal(typed.replace(",", ".")) * 100) if _TYPED.fullmatch(typed) else -1
    if not 0 <= hundredths <= 10_000:
        raise ValueError(f"{typed!r} is not a number of points")
    return hundredths
