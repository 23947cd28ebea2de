"""Keeps the stored sums exact."""

from typing import Any

from surveys.signals import counting_changed


def listen() -> None:
    counting_changed.connect(on_change, dispatch_uid="analytics.rollups")


def on_change(*, cells: frozenset[Any], **_: Any) -> None:
    """Replaced by the recomputation of the touched cells."""
