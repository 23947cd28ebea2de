"""Every system check of the configuration: silent when right, one clear message when not."""

import pytest
from django.core.checks import run_checks

from project import checks
from tests.run import PRODUCTION


def ids(found):
    return [message.id for message in found]


@pytest.mark.parametrize("key", ["short", "a" * 60, "abcabcabcabcabcabcabcabcabcabcabcabcabc"])
def test_secret_key_that_can_be_guessed(settings, key):
    settings.SECRET_KEY = key
    assert ids(checks.secret_key()) == ["project.E001"]
    assert key not in checks.secret_key()[0].msg.split()


def test_secret_key(settings):
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    assert checks.secret_key() == []


def test_allowed_hosts(settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert ids(checks.allowed_hosts()) == ["project.E002"]
    settings.DEBUG = True
    assert checks.allowed_hosts() == []


@pytest.mark.parametrize("url", ["klankbord.example", "ftp://x.example", "https://", ""])
def test_base_url_that_is_none(settings, url):
    settings.BASE_URL = url
    assert ids(checks.base_url()) == ["project.E003"]


def test_base_url(settings):
    settings.BASE_URL = "https://klankbord.example.org"
    assert checks.base_url() == []


def test_https(settings):
    settings.HTTPS, settings.DEMO, settings.DEBUG = False, False, False
    assert ids(checks.https()) == ["project.W001"]
    settings.DEMO = True
    assert checks.https() == []
    settings.DEMO, settings.HTTPS = False, True
    assert checks.https() == []


@pytest.mark.parametrize(
    ("demo", "hosts", "https", "found"),
    [
        (True, ["localhost", "127.0.0.1", "[::1]", "demo.localhost"], False, []),
        (True, ["localhost", "klankbord.example"], False, ["project.W002"]),
        (True, ["localhost"], True, ["project.W002"]),
        (False, ["klankbord.example"], True, []),
    ],
)
def test_demo_is_local(settings, demo, hosts, https, found):
    settings.DEMO, settings.ALLOWED_HOSTS, settings.HTTPS = demo, hosts, https
    assert ids(checks.demo_is_local()) == found


def test_sqlite_journal(settings):
    settings.DATABASE = {"ENGINE": "django.db.backends.sqlite3"}
    settings.WAL_IS_SAFE = False
    assert ids(checks.sqlite_journal()) == ["project.I001"]
    settings.WAL_IS_SAFE = True
    assert checks.sqlite_journal() == []
    settings.DATABASE = {"ENGINE": "django.db.backends.postgresql"}
    settings.WAL_IS_SAFE = False
    assert checks.sqlite_journal() == []


def test_they_are_registered(settings):
    settings.SECRET_KEY, settings.HTTPS = "short", False
    assert "project.E001" in ids(run_checks())
    assert "project.W001" not in ids(run_checks())
    assert "project.W001" in ids(run_checks(include_deployment_checks=True))
