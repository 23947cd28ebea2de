"""What a new organisation starts with: a checklist, phrases and scenarios, as JSON documents beside this file."""

import json
from pathlib import Path
from typing import Any


def read(name: str) -> Any:
    """`read("checklist")`: the document, made anew at every call."""
    return json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
