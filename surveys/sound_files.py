"""Where recordings lie: outside the web root, each under its random key, whole or not at all.

A file is written beside its place and moved there when it is complete, so that a power cut leaves no half recording; what
such a cut leaves behind has no row in the database, and `strays` finds it.
"""

import datetime as dt
import hashlib
import math
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from surveys import sounds
from surveys.sounds import Sort

# Longer than any upload takes: a younger file may belong to one that is under way.
SETTLED: Final = dt.timedelta(days=1)
# Longer than any upload rests between two pieces.
FORSAKEN: Final = dt.timedelta(hours=1)
# Fewer bytes than a second of speech takes: without a length that can be read it is a header that was cut off.
LEAST: Final = 500


class TooLarge(Exception):
    """More bytes than a recording may have."""


class NoSound(Exception):
    """The content is no sound of a sort that we keep."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in its place: `seconds` is how long it plays, if that can be told."""

    key: UUID
    sort: Sort
    size: int
    seconds: float | None
    sha256: str


def path_of(key: UUID) -> Path:
    return _folder() / key.hex[:2] / key.hex


def keep(chunks: Iterable[bytes], *, key: UUID, most: int) -> Kept:
    """Streams the chunks to disk; raises `TooLarge` or `NoSound` and then leaves nothing behind."""
    place = path_of(key)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    try:
        size, sha256 = _write(part, chunks, most)
        sort, seconds = _heard_in(part)
        part.replace(place)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _settle(place.parent)
    return Kept(key, sort, size, seconds, sha256)


def remove(key: UUID) -> None:
    """Safe to repeat."""
    path_of(key).unlink(missing_ok=True)


def strays(known: Collection[str], *, at: dt.datetime) -> Iterator[Path]:
    """Files that belong to no key (hex) in `known`, and what a killed process left of uploads; none that is under way."""
    oldest = (at - SETTLED).timestamp()
    for path in _folder().glob("??/*"):
        if (path.stem not in known or path.suffix) and _touched(path) < oldest:
            yield path
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):
        if _touched(path) < (at - FORSAKEN).timestamp():
            yield path


def _touched(path: Path) -> float:
    """When it was last written to; without end for one that is gone by now."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _folder() -> Path:
    return Path(settings.RECORDINGS_DIR)


def _write(part: Path, chunks: Iterable[bytes], most: int) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise TooLarge
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _heard_in(part: Path) -> tuple[Sort, float | None]:
    with part.open("rb") as file:
        sort = sounds.sort_of(file)
        if sort is None:
            raise NoSound
        seconds = sounds.seconds_of(file)
    if seconds is None and part.stat().st_size < LEAST:
        raise NoSound
    return sort, seconds


def _settle(folder: Path) -> None:
    """The move itself survives a power cut only when the folder is written too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
