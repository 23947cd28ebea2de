"""What a check found, row by row, as the JSON that is kept with the run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# All rejections are counted; so many are kept to be read and taken out as CSV.
KEPT: Final = 5000
MOST_VALUE: Final = 200
CAUSES: Final = 20


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row cannot come in: which line of the file, which column, what it said, and the reason's code."""

    row: int
    column: str
    value: str
    code: str
    params: Mapping[str, Any]


@dataclass(slots=True)
class Tally:
    """Counts of one check. Memory does not grow with the file."""

    rows: int = 0
    accepted: int = 0
    known: int = 0
    rejected: int = 0
    rejections: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0
    causes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def reject(self, reasons: Iterable[Rejection]) -> None:
        """One row, with every reason against it."""
        self.rejected += 1
        for reason in reasons:
            line = {
                "row": reason.row, "column": reason.column, "value": reason.value[:MOST_VALUE], "code": reason.code,
                "params": dict(reason.params),
            }  # fmt: skip
            cause = self.causes.setdefault((reason.column, reason.code), {**line, "rows": 0})
            cause["rows"] += 1
            if len(self.rejections) < KEPT:
                self.rejections.append(line)
            else:
                self.more += 1

    def as_report(self, **more: Any) -> dict[str, Any]:
        """`causes` are the commonest, each with its first row as an example and the number of `rows`."""
        causes = sorted(self.causes.values(), key=lambda cause: (-cause["rows"], cause["row"]))
        return {
            "accepted": self.accepted, "known": self.known, "rejected": self.rejected, "rejections": self.rejections,
            "more": self.more, "causes": causes[:CAUSES], **more,
        }  # fmt: skip
