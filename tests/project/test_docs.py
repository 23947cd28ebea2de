"""Nothing a user can set, run or ask for goes undocumented, and nothing is documented that is not there."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from project import settings as product

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
OWN_APPS = {"project", "surveys", "analytics"}


def section(title):
    return README.split(f"## {title}\n")[1].split("\n## ")[0]


def first_column(table):
    return set(re.findall(r"^\| `([^`| ]+)", table, flags=re.MULTILINE))


def test_every_setting_is_in_the_example():
    assert set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, flags=re.MULTILINE)) == product.env.asked


def test_every_setting_is_in_the_readme():
    assert first_column(section("Settings")) == product.env.asked


def test_the_example_shows_the_defaults_of_the_readme():
    for name, default in re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", section("Settings"), flags=re.MULTILINE):
        assert f"\n#{name}={default}\n" in EXAMPLE, name


def test_the_example_starts_as_it_is():
    """Copied without a change it must say nothing: every line is a comment."""
    assert not [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")]


def test_every_command_is_in_the_readme():
    own = {name for name, app in get_commands().items() if app in OWN_APPS}
    commands, targets = section("Commands").split("`make` followed by:")
    assert first_column(commands) == own
    assert first_column(targets) == set(re.findall(r"^([a-z]+):", MAKEFILE, flags=re.MULTILINE))


def test_every_target_says_what_it_does():
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, flags=re.MULTILINE))
    assert set(re.findall(r"^([a-z]+):.*## \S", MAKEFILE, flags=re.MULTILINE)) == targets
    assert set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE).group(1).split()) == targets


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_files_that_are_named_exist(name):
    text = (ROOT / name).read_text()
    named = re.findall(
        r"\]\(([^)#:]+)\)|`((?:tests|project|surveys|analytics|requirements)/[\w./-]+|[\w.-]+\.(?:md|toml))`", text
    )
    for link, code in named:
        assert (ROOT / (link or code)).exists() or list(ROOT.rglob(link or code)), link or code


def test_addresses_in_the_readme_exist(client):
    from django.urls import resolve

    for path in re.findall(r"(?<![\w.])(/(?:healthz|api/v1/[\w/]*|accounts/[\w/]*))", README):
        if path != "/api/v1/":
            resolve(path)
