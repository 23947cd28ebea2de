"""The demo makes its own secret key once; a real installation must be given one."""

import os
import secrets
from pathlib import Path

# `make demo` leaves this in its folder.
DEMO_MARK = "this-is-the-demo"


def demo_key(folder: Path) -> str:
    path = folder / "demo-secret-key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    key = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key
