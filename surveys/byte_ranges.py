"""A stored file as an answer to a player: whole, or the part that it asks for (RFC 9110, one range).

Django's own file answer knows no ranges, without which no player can move along a recording and some play nothing at all.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

CHUNK: Final = 64 * 1024
_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def answer(path: Path, *, content_type: str, asked: str, head: bool = False) -> HttpResponseBase:
    """`asked` is the header Range: more ranges at once, and what is no range, are answered with the whole file."""
    size = path.stat().st_size
    part = _part(asked, size)
    if part is None:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    first, last = part
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(max(last - first + 1, 0))}
    whole = not _RANGE.fullmatch(asked.strip())
    if not whole:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 200 if whole else 206
    if head:
        return HttpResponse(status=status, content_type=content_type, headers=headers)
    body = _chunks(path, first, last - first + 1)
    return StreamingHttpResponse(body, status=status, content_type=content_type, headers=headers)


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """The first and the last byte to send; `None` when the file has none of those asked for."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or found[0] == "bytes=-":
        return 0, size - 1
    begin, end = found[1], found[2]
    if not begin:
        return (max(size - int(end), 0), size - 1) if int(end) and size else None
    first, last = int(begin), min(int(end), size - 1) if end else size - 1
    return (first, last) if first <= last else None


def _chunks(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
