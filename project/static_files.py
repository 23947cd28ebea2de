"""Static files are served under names that carry their hash, compressed once at collection."""

import hashlib
from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Quality 11, brotli's default, takes ten times as long for the last few per cent.
BROTLI_QUALITY = 9


class Quick(Compressor):
    """Compression that a first start can wait for; source maps are for developers, who need no compression."""

    SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map", "txt")

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        compressed: bytes = brotli.compress(data, quality=BROTLI_QUALITY)
        return compressed


class Storage(CompressedManifestStaticFilesStorage):
    # `import "./x.js"` in our ES modules must name the hashed file too.
    support_js_module_import_aggregation = True
    # Pages only ever name the hashed file; a second copy without the hash would double the work.
    keep_only_hashed_files = True

    def create_compressor(self, **options: Any) -> Compressor:
        return Quick(**options)


def collect_if_changed() -> bool:
    """Collect the static files unless the same ones, by name, size and time, were collected before."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    now = _fingerprint()
    if stamp.is_file() and stamp.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
