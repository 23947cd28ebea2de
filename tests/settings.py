"""The one settings file, read with a made-up environment: no `.env`, no variable of yours changes what is tested.

`TEST_DATABASE_URL` chooses the database (default SQLite); `tests/run.py` sets it for the PostgreSQL round.
"""

import os
import sys
import tempfile
from pathlib import Path

import project.env

# Each test process gets a folder of its own, which conftest.py removes; mypy reads these settings too and keeps one.
_folder = Path(
    tempfile.mkdtemp(prefix="klankbord-test-")
    if "pytest" in sys.modules
    else tempfile.gettempdir() + "/klankbord-types"
)

_values = {
    "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
    "VAR_DIR": str(_folder),
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "LOG_LEVEL": "WARNING",
}
_real = project.env.from_process
project.env.from_process = lambda base: project.env.Env(_values)  # noqa: ARG005
from project.settings import *  # noqa: E402, F403

project.env.from_process = _real

CHECK_CHARTS = True
# Signing in a hundred times should not take a minute.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["default"]}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Nothing is collected in tests; the browser tests run the real storage in a server of their own.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
WHITENOISE_AUTOREFRESH = True
