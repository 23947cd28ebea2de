"""What sort of sound a file holds, told by its content alone: never by its name or by what the sender says of it.

Only sorts that every current browser plays, and only files that begin and go on as their format demands: a page or a program
under the first bytes of a sound is none. Plain Python; `file` is open for reading bytes and can be searched.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from tinytag import TinyTag, TinyTagException

HEAD: Final = 64 * 1024
# The table of contents of an MP4 file; that of a day's sound is smaller.
MOST_CONTENTS: Final = 16 * 1024 * 1024
# PCM, floating point, A-law, mu-law, extensible: what browsers play of WAV.
WAV_CODECS: Final = frozenset({1, 3, 6, 7, 0xFFFE})
MPEG_RATES: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
MPEG_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
OGG_CODECS: Final = (b"OpusHead", b"\x01vorbis", b"\x7fFLAC")


@dataclass(frozen=True, slots=True)
class Sort:
    """`ending` is what a copy on a disk would be called by."""

    content_type: str
    ending: str


MP3: Final = Sort("audio/mpeg", "mp3")
AAC: Final = Sort("audio/aac", "aac")
MP4: Final = Sort("audio/mp4", "m4a")
WAV: Final = Sort("audio/wav", "wav")
OGG: Final = Sort("audio/ogg", "ogg")
WEBM: Final = Sort("audio/webm", "webm")
FLAC: Final = Sort("audio/flac", "flac")
SORTS: Final = {sort.content_type: sort for sort in (MP3, AAC, MP4, WAV, OGG, WEBM, FLAC)}


def sort_of(file: BinaryIO) -> Sort | None:
    """The sort of sound in the file; `None` for anything that is not clearly one of ours."""
    head = _at(file, 0, HEAD)
    for sort, is_it in (
        (WAV, head[:4] == b"RIFF" and _is_wav(file)),
        (FLAC, head[:8] == b"fLaC\0\0\0\x22" or head[:8] == b"fLaC\x80\0\0\x22"),
        (WEBM, _is_webm(head)),
        (OGG, head[:4] == b"OggS" and _is_ogg(file)),
        (MP4, head[4:8] == b"ftyp" and _is_mp4(file)),
    ):
        if is_it:
            return sort
    start = _after_tags(head)
    frames = head if not start else _at(file, start, HEAD)
    if _is_mp3(frames):
        return MP3
    return AAC if _is_aac(frames) else None


def seconds_of(file: BinaryIO) -> float | None:
    """How long it plays; `None` where the format does not say or cannot be read."""
    file.seek(0)
    try:
        length = TinyTag.get(file_obj=file, tags=False).duration
    except TinyTagException:
        return None
    return round(length, 2) if length and 0 < length < 7 * 24 * 3600 else None


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)


def _is_wav(file: BinaryIO) -> bool:
    """Its format is one of ours, and sound follows: a streamed file may say of it that it is 0 bytes long."""
    if _at(file, 8, 4) != b"WAVE":
        return False
    place, is_ours = 12, False
    for _part in range(1000):
        head = _at(file, place, 10)
        name, size = head[:4], int.from_bytes(head[4:8], "little")
        if len(head) < 10 or (name == b"data" and not is_ours):
            return False
        if name == b"data":
            return True
        if name == b"fmt ":
            is_ours = size >= 16 and int.from_bytes(head[8:10], "little") in WAV_CODECS
        place += 8 + size + size % 2
    return False


def _is_webm(head: bytes) -> bool:
    """An EBML document of the type webm with a track of sound and none of pictures."""
    is_document = head[:4] == b"\x1aE\xdf\xa3" and b"\x42\x82\x84webm" in head[:64]
    pictures = any(codec in head for codec in (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG"))
    return is_document and (b"A_OPUS" in head or b"A_VORBIS" in head) and not pictures


def _is_ogg(file: BinaryIO) -> bool:
    """Every stream that begins on the first pages is sound."""
    place, found = 0, 0
    while found < 8:
        page = _at(file, place, 27 + 255 + 16)
        if page[:4] != b"OggS" or page[4:5] != b"\0" or len(page) < 28:
            return False
        if not page[5] & 2:
            break
        sizes = page[27 : 27 + page[26]]
        body = 27 + page[26]
        if not page[body : body + 8].startswith(OGG_CODECS):
            return False
        place, found = place + body + sum(sizes), found + 1
        if not _at(file, place, 1):
            break
    return found > 0


def _is_mp4(file: BinaryIO) -> bool:
    """Its table of contents names a track of AAC sound and none of pictures."""
    place, boxes = 0, 0
    end = file.seek(0, io.SEEK_END)
    while place + 8 <= end and boxes < 1000:
        size, name = _box(_at(file, place, 16))
        if size < 8 or (boxes == 0 and name != b"ftyp"):
            return False
        if name == b"moov":
            return size <= MOST_CONTENTS and _has_only_sound(_at(file, place, size))
        place, boxes = place + size, boxes + 1
    return False


def _box(head: bytes) -> tuple[int, bytes]:
    size = int.from_bytes(head[:4], "big")
    if size == 1 and len(head) == 16:
        size = int.from_bytes(head[8:16], "big")
    return size, head[4:8]


def _has_only_sound(contents: bytes) -> bool:
    handlers = {part[8:12] for part in contents.split(b"hdlr")[1:]}
    return b"soun" in handlers and b"vide" not in handlers and b"mp4a" in contents


def _after_tags(head: bytes) -> int:
    """Where the sound begins behind an ID3 tag."""
    if head[:3] != b"ID3" or len(head) < 10 or max(head[6:10]) > 127:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _is_mp3(data: bytes) -> bool:
    """Three frames of layer III, each beginning where the one before it ends; padding may come first."""
    start = len(data) - len(data.lstrip(b"\0"))
    return _chain(data, start, _mp3_frame)


def _is_aac(data: bytes) -> bool:
    return _chain(data, 0, _adts_frame)


def _chain(data: bytes, place: int, length_at: Callable[[bytes], int]) -> bool:
    for _frame in range(3):
        length = length_at(data[place : place + 8])
        if not length:
            return False
        place += length
    return place <= len(data)


def _mp3_frame(head: bytes) -> int:
    """The length of the MPEG audio frame that begins here, or 0."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, speed = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or not 0 < rate < 15 or speed == 3:
        return 0
    bits = 1000 * (MPEG_1 if version == 3 else MPEG_2)[rate]
    return (144 if version == 3 else 72) * bits // MPEG_RATES[version][speed] + (head[2] >> 1 & 1)


def _adts_frame(head: bytes) -> int:
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length >= 7 else 0
