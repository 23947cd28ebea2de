"""The locked requirements can be installed anywhere, and only as they were when they were locked."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = sorted(FOLDER.glob("*.txt"))


def pins(lock):
    return dict(re.findall(r"^([a-zA-Z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", lock.read_text(), flags=re.MULTILINE))


def test_all_are_here():
    assert [lock.name for lock in LOCKS] == ["bench.txt", "dev.txt", "runtime.txt"]


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_no_host_no_index_no_path(path):
    assert not re.search(
        r"https?:|file:|--(extra-)?index-url|--find-links|--trusted-host|@ |(^|\s)/\w", path.read_text()
    )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(lock):
    requirements = re.split(r"\n(?=\S)", lock.read_text())
    named = [text for text in requirements if not text.startswith("#")]
    assert len(named) > 20
    for text in named:
        assert re.match(r"[a-zA-Z0-9._-]+(\[[^\]]*\])?==\S+", text), text.splitlines()[0]
        assert "--hash=sha256:" in text, text.splitlines()[0]


def test_development_runs_what_production_runs():
    runtime, dev = pins(FOLDER / "runtime.txt"), pins(FOLDER / "dev.txt")
    assert {name: dev.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_the_lock_holds_what_was_asked_for(name):
    """Somebody who edits the .in file must also run `make lock`."""
    locked = pins(FOLDER / f"{name}.txt")
    for line in (FOLDER / f"{name}.in").read_text().splitlines():
        if not line or line.startswith(("#", "-r")):
            continue
        package, _, wanted = line.partition("==")
        package = package.split("[")[0].lower()
        assert package in locked
        assert not wanted or locked[package].startswith(wanted), line


def test_no_copyleft_at_run_time():
    """Licences that would reach into the product; LGPL (psycopg) is used as an unchanged library, which it allows.

    What may be had under the Mozilla licence instead (pyphen) is had under that.
    """
    from importlib.metadata import metadata

    for package in pins(FOLDER / "runtime.txt"):
        try:
            facts = metadata(package)
        except ModuleNotFoundError:  # for another system or Python
            continue
        words = [facts.get("License-Expression") or "", *facts.get_all("Classifier", [])]
        told = " ".join(word for word in words if "License" in word or "::" not in word)
        reaches = re.search(r"\bA?GPL|Affero|(?<!Lesser )General Public License", told)
        assert not reaches or "Mozilla Public License" in told, f"{package}: {told}"
