"""The one settings file. Values come from the environment or `.env` (see `.env.example`), strictly parsed."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from project.demo_key import DEMO_MARK, demo_key
from project.env import EnvError, from_process

BASE_DIR = Path(__file__).resolve().parent.parent

try:
    env = from_process(BASE_DIR)
    VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
    # A folder in which the demo was made stays the demo's, so that commands beside `make demo` need no settings.
    DEMO = env.flag("DEMO", default=(VAR_DIR / DEMO_MARK).exists())
    DEBUG = env.flag("DEBUG")
    SECRET_KEY = env.text("SECRET_KEY")
    BASE_URL = env.text("BASE_URL", "http://localhost:8000").rstrip("/")
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
    DATABASE = env.database("DATABASE_URL", VAR_DIR / "klankbord.sqlite3")
    DATABASE_POOL = env.number("DATABASE_POOL", 4, maximum=100)
    TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, maximum=9)
    EMAIL_URL = env.text("EMAIL_URL", "console:")
    DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "Klankbord <klankbord@localhost>")
    LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()
    UPLOAD_LIMIT_MB = env.number("UPLOAD_LIMIT_MB", 20, minimum=1, maximum=500)
    RECORDING_MAX_MB = env.number("RECORDING_MAX_MB", 50, minimum=1, maximum=500)
except EnvError as error:
    raise ImproperlyConfigured(str(error)) from error

# The small matrices of our models take longer to hand out to threads than to solve, and beside other requests far longer:
# read by numpy's linear algebra when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if DATABASE["ENGINE"].endswith("sqlite3"):
    # The database is a file of ours: neither it nor its journal is for other users of the machine to read.
    os.umask(0o077)

if not SECRET_KEY:
    if not (DEMO or DEBUG):
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Put a long random value in the environment, in .env, or in a file named by SECRET_KEY_FILE."
        )
    SECRET_KEY = demo_key(VAR_DIR)
VAR_DIR.mkdir(parents=True, exist_ok=True)

HTTPS = BASE_URL.startswith("https://")
# Each chart by plotly's own schema: where one is being made, not where it is looked at.
CHECK_CHARTS = DEBUG

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_tasks",
    "django_tasks_db",
    "analytics",
    "surveys",
    "project",
]

MIDDLEWARE = [
    "project.middleware.stack_in_one_piece",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "project.middleware.Compressed",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "project.middleware.ReaderLanguage",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "project.middleware.PersonalPages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the apps, so that our sign-in pages win over allauth's.
        "DIRS": [BASE_DIR / "project" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "project.context.house",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------------------------------------------

# SQLite before these versions can corrupt a database in WAL mode with two connections (the WAL-reset bug).
WAL_FIXED = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7)}
WAL_IS_SAFE = sqlite3.sqlite_version_info >= WAL_FIXED.get(sqlite3.sqlite_version_info[:2], (3, 51, 3))


def _database(settings: dict[str, Any]) -> dict[str, Any]:
    if settings["ENGINE"].endswith("sqlite3"):
        journal = "WAL" if WAL_IS_SAFE else "TRUNCATE"
        pragmas = f"PRAGMA journal_mode={journal}; PRAGMA synchronous={'FULL' if WAL_IS_SAFE else 'EXTRA'}; PRAGMA foreign_keys=ON;"
        return {**settings, "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}}
    pool = {"min_size": 1, "max_size": DATABASE_POOL} if DATABASE_POOL else False
    return {**settings, "OPTIONS": {**settings["OPTIONS"], "pool": pool}}


DATABASES = {"default": _database(DATABASE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Shared between processes, so that sign-in limits hold; the table is made by a migration.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "project_cache"}
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT = UPLOAD_LIMIT_MB * 1024 * 1024
RECORDING_LIMIT = RECORDING_MAX_MB * 1024 * 1024
RECORDINGS_DIR = VAR_DIR / "recordings"
FILE_UPLOAD_PERMISSIONS = 0o600
# Uploads under way: ours alone, so that what a killed process leaves of a voice is found and cleared away.
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, exist_ok=True)
FILE_UPLOAD_HANDLERS = [
    "project.uploads.Capped",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- people -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "surveys.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "project.accounts.Adapter"
ACCOUNT_FORMS = {
    "login": "project.account_forms.SignIn",
    "reset_password": "project.account_forms.ForgottenPassword",
    "reset_password_from_key": "project.account_forms.NewPassword",
    "change_password": "project.account_forms.ChangedPassword",
    "set_password": "project.account_forms.FirstPassword",
    "reauthenticate": "project.account_forms.Reauthenticate",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
PASSWORD_RESET_TIMEOUT = 24 * 3600
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "klankbord_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "klankbord_csrf"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "project.views.csrf_failure"

# --- the wire ---------------------------------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Charts place their marks with style attributes; style elements and scripts stay forbidden.
        "style-src-attr": ["'unsafe-inline'"],
        # A chart that is saved as a PNG passes through an image of the page's own making.
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- words ------------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
FORMAT_MODULE_PATH = ["project.formats"]
LOCALE_PATHS = [BASE_DIR / "project" / "locale"]
LANGUAGE_COOKIE_NAME = "klankbord_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

# --- files ------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "files")},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "project.static_files.Storage"
    },
}

# --- API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "surveys.api.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "surveys.api.auth.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["surveys.api.parsers.ExactJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "surveys.api.described.Described",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "surveys.api.problems.handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Klankbord",
    "DESCRIPTION": "Mystery calls: checklists, calls, scores and trends.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DEFAULT_GENERATOR_CLASS": "surveys.api.described.Document",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_NAME_OVERRIDES": {
        "AssignmentState": "surveys.api.assignments.ASSIGNMENT_STATES",
        "CallKind": "surveys.api.serializers.KINDS",
        "CallState": "surveys.api.serializers.STATES",
        "CallbackEventKind": "surveys.api.callback_shapes.EVENTS",
        "CallbackState": "surveys.promises.STATES",
        "WaveState": "surveys.api.serializers.WAVE_STATES",
        "VersionState": "surveys.api.serializers.VERSION_STATES",
    },
}

# --- mail and log -----------------------------------------------------------------------------------------------------

if EMAIL_URL == "console:":
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
else:
    from project.mail import mail_settings

    try:
        _mail = mail_settings(EMAIL_URL)
    except EnvError as error:
        raise ImproperlyConfigured(str(error)) from error
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.starttls, _mail.tls
    EMAIL_TIMEOUT = 10

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
