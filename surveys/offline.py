"""Which files a device keeps to work without a connection. Another set of files is another build: a deploy replaces it."""

import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import get_template

# On a device that several people use nothing is kept beyond the page.
SHARED_COOKIE: Final = "klankbord_shared"
STYLES: Final = ("css/tokens.css", "css/base.css", "surveys/form.css", "surveys/device.css", "img/mark.svg")
SCRIPTS: Final = ("js/main.js", "surveys/shell.js", "surveys/sign_out.js")
TEMPLATES: Final = ("surveys/device/shell.html", "surveys/device/worker.js", "surveys/device/kit.html")
IMPORT: Final = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+\.js)["']""")


def files() -> list[str]:
    """The addresses of all that the shell needs, scripts with whatever they import."""
    return [staticfiles_storage.url(name) for name in _names()]


def build() -> str:
    """Changes with any file or template that a device keeps."""
    if settings.DEBUG:
        _names.cache_clear()
        _build.cache_clear()
    return _build()


@cache
def _build() -> str:
    digest = hashlib.sha256("\n".join(files()).encode())
    for name in TEMPLATES:
        digest.update(Path(get_template(name).origin.name).read_bytes())  # type: ignore[attr-defined]
    if settings.DEBUG:
        for name in _names():
            digest.update(_source(name))
    return digest.hexdigest()[:16]


@cache
def _names() -> tuple[str, ...]:
    found, todo = dict.fromkeys(STYLES), list(SCRIPTS)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found[name] = None
        imports = IMPORT.findall(_source(name).decode())
        todo += [posixpath.normpath(posixpath.join(posixpath.dirname(name), each)) for each in imports]
    return tuple(sorted(found))


def _source(name: str) -> bytes:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    return Path(path).read_bytes()
