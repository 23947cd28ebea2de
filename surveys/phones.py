"""Telephone numbers: typed in many ways, kept in one: digits, with a plus in front when international."""

import re

NUMBER = re.compile(r"\+?[0-9]{3,15}")
_SEPARATORS = re.compile(r"[\s.\-/()\u00a0\u2010-\u2015]")
_TRUNK_ZERO = re.compile(r"(?<=[0-9\s])\(0\)")


def normalise(typed: str) -> str:
    """`020 - 624 11 11` -> `0206241111`, `+31 (0)20 6241111` and `0031206241111` -> `+31206241111`.

    Raises `ValueError` naming what was typed when no telephone number is left.
    """
    text = typed.strip()
    if text.startswith(("+", "00")):
        text = _TRUNK_ZERO.sub("", text, count=1)
    digits = _SEPARATORS.sub("", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not NUMBER.fullmatch(digits):
        raise ValueError(f"{typed!r} is not a telephone number")
    return digits
