"""The same answers, recognised: a repeated submission is told from a different one."""

from __future__ import annotations

import hashlib
import json

from .shape import Answers


def canonical(answers: Answers) -> bytes:
    """The answers as sorted, compact JSON: the same answers give the same bytes, whatever the order of their keys."""
    return json.dumps(answers, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def content_hash(answers: Answers) -> str:
    """SHA-256 of the canonical answers, in hexadecimal."""
    return hashlib.sha256(canonical(answers)).hexdigest()
