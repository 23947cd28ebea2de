"""The Dutch translation: complete, with the same placeholders, and compiled from what stands in the text file."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "project" / "locale" / "nl" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|<[^>]+>")


@pytest.fixture(scope="module")
def words() -> polib.POFile:
    return polib.pofile(str(WORDS))


def texts(entry: polib.POEntry) -> list[tuple[str, str]]:
    if entry.msgid_plural:
        return [(entry.msgid_plural, text) for index, text in entry.msgstr_plural.items() if index]
    return [(entry.msgid, entry.msgstr)]


def test_every_sentence_has_its_dutch(words):
    assert [entry.msgid for entry in words if not entry.translated() or entry.fuzzy or entry.obsolete] == []


def test_placeholders_and_tags_survive_translation(words):
    wrong = [
        (english, dutch)
        for entry in words
        for english, dutch in texts(entry)
        if set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(dutch))
    ]
    assert wrong == []


def test_the_compiled_file_holds_the_same(words):
    compiled = polib.mofile(str(WORDS.with_suffix(".mo")))
    assert {(e.msgctxt, e.msgid, e.msgstr, str(e.msgstr_plural)) for e in compiled} == {
        (e.msgctxt, e.msgid, e.msgstr, str(e.msgstr_plural)) for e in words
    }


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs Debian's gettext")
def test_no_sentence_of_the_code_is_missing(words, tmp_path):
    """Collects the code's sentences anew (into a copy of the folders that hold them) and compares."""
    for folder in ("project", "surveys", "analytics"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("vendor", "*.mo", "__pycache__")
        )
    shutil.copy(ROOT / "manage.py", tmp_path)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "nl", "--no-location", "--no-wrap"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env={"DEMO": "yes", "VAR_DIR": str(tmp_path / "var"), "PATH": "/usr/bin:/bin"},
    )
    fresh = polib.pofile(str(tmp_path / WORDS.relative_to(ROOT)))
    known = {(entry.msgctxt, entry.msgid) for entry in words}
    assert [e.msgid for e in fresh if not e.obsolete and (e.msgctxt, e.msgid) not in known] == []


def test_no_sentence_hides_in_a_formatted_string():
    """The collector does not look there, so it would stay English."""
    names = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "npgettext"}
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in ("project", "surveys", "analytics")
        for path in (ROOT / folder).rglob("*.py")
        for formatted in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(formatted, ast.JoinedStr)
        for call in ast.walk(formatted)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names
    ]
    assert hidden == []
