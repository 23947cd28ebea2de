"""The strict readers of the environment: a wrong value is named, never guessed at."""

from pathlib import Path

import pytest

from project.env import Env, EnvError, read_file
from project.mail import MailSettings, mail_settings

HERE = Path("/data/klankbord.sqlite3")


@pytest.mark.parametrize(
    ("text", "value"), [("yes", True), ("1", True), ("On", True), ("no", False), ("0", False), ("", False)]
)
def test_flag(text, value):
    assert Env({"DEBUG": text}).flag("DEBUG") is value


def test_flag_default():
    assert Env({}).flag("DEBUG", default=True) is True
    assert Env({}).flag("DEBUG") is False


@pytest.mark.parametrize("text", ["ja", "2", "y", "maybe"])
def test_flag_refuses_what_is_neither(text):
    with pytest.raises(EnvError, match=f"DEBUG='{text}' is neither yes nor no"):
        Env({"DEBUG": text}).flag("DEBUG")


def test_number():
    assert Env({"N": " 7 "}).number("N", 3) == 7
    assert Env({}).number("N", 3) == 3


@pytest.mark.parametrize("text", ["-1", "1.0", "12a", "101", "²", "٣"])
def test_number_refuses(text):
    with pytest.raises(EnvError, match="is not a whole number from 0 to 100"):
        Env({"N": text}).number("N", 3, maximum=100)


def test_words():
    assert Env({"HOSTS": "a.example, b.example ,,"}).words("HOSTS") == ["a.example", "b.example"]
    assert Env({}).words("HOSTS", "localhost") == ["localhost"]


def test_a_value_from_a_file(tmp_path):
    secret = tmp_path / "key"
    secret.write_text("from the file\n")
    assert Env({"SECRET_KEY_FILE": str(secret)}).text("SECRET_KEY") == "from the file"


def test_a_file_that_is_not_there():
    with pytest.raises(EnvError, match=r"SECRET_KEY_FILE: /nowhere/key cannot be read \(No such file or directory\)"):
        Env({"SECRET_KEY_FILE": "/nowhere/key"}).text("SECRET_KEY")


def test_a_value_and_a_file_at_once(tmp_path):
    with pytest.raises(EnvError, match="both set"):
        Env({"SECRET_KEY": "x", "SECRET_KEY_FILE": str(tmp_path)}).text("SECRET_KEY")


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nA=from file\nB = 'quoted # kept'\nC=\"x=y\"\n")
    env = Env({"A": "from environment"}, file=file)
    assert [env.text(name) for name in "ABC"] == ["from environment", "quoted # kept", "x=y"]


@pytest.mark.parametrize("line", ["export A=1", "just words", "=x", "1A=x"])
def test_a_line_that_is_no_setting(tmp_path, line):
    file = tmp_path / ".env"
    file.write_text(f"A=1\n{line}\n")
    with pytest.raises(EnvError, match=r"\.env, line 2: expected NAME=value"):
        read_file(file)


def test_database_defaults_to_the_file_given():
    assert Env({}).database("DATABASE_URL", HERE) == {"ENGINE": "django.db.backends.sqlite3", "NAME": str(HERE)}


@pytest.mark.parametrize(
    ("url", "name"),
    [("sqlite:////srv/a%20b.db", "/srv/a b.db"), ("sqlite:///here.db", "here.db"), ("sqlite://", str(HERE))],
)
def test_database_sqlite(url, name):
    assert Env({"DATABASE_URL": url}).database("DATABASE_URL", HERE)["NAME"] == name


def test_database_postgresql():
    url = "postgresql://anna:p%40ss@db.example:6432/calls?sslmode=require"
    assert Env({"DATABASE_URL": url}).database("DATABASE_URL", HERE) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "calls",
        "USER": "anna",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_database_postgresql_by_socket():
    found = Env({"DATABASE_URL": "postgresql://anna@/calls?host=/run/postgresql"}).database("DATABASE_URL", HERE)
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/run/postgresql", "", {})


@pytest.mark.parametrize("url", ["mysql://x/y", "klankbord.sqlite3", "postgresql://host:notaport/x"])
def test_database_refuses(url):
    with pytest.raises(EnvError, match="DATABASE_URL"):
        Env({"DATABASE_URL": url}).database("DATABASE_URL", HERE)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", MailSettings("mail.example", 25, "", "", starttls=False, tls=False)),
        (
            "smtp+tls://a%40b:p%3Aw@mail.example",
            MailSettings("mail.example", 587, "a@b", "p:w", starttls=True, tls=False),
        ),
        ("smtps://mail.example:4650", MailSettings("mail.example", 4650, "", "", starttls=False, tls=True)),
    ],
)
def test_mail(url, expected):
    assert mail_settings(url) == expected


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example"])
def test_mail_refuses_without_telling_the_password(url):
    with pytest.raises(EnvError, match="EMAIL_URL"):
        mail_settings(url)


def test_mail_error_hides_the_password():
    with pytest.raises(EnvError) as caught:
        mail_settings("imap://anna:geheim@mail.example")
    assert "geheim" not in str(caught.value)
