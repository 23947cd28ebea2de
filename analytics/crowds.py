"""Many lines on one page: those that stand out are shown at once, the others when they are asked for."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

# So many are shown whatever they say; and as many at least, where there are more.
FEW: Final = 16
LEAST: Final = 10

T = TypeVar("T")


def parted(lines: Sequence[T], stands_out: Callable[[T], bool]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """The lines to show at once and the others, both as they stand: what stands out, filled up with the first others."""
    if len(lines) <= FEW:
        return tuple(lines), ()
    room = LEAST - sum(map(stands_out, lines))
    shown: list[T] = []
    others: list[T] = []
    for line in lines:
        fills = not stands_out(line) and room > 0
        room -= fills
        (shown if fills or stands_out(line) else others).append(line)
    return tuple(shown), tuple(others)
