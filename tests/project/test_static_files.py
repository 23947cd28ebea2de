"""Static files are collected once, hashed and compressed, and collected again only when one changed."""

import json
import os
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from project.static_files import collect_if_changed

# What the script of the charts may weigh on the wire; fetched once, for its name changes with what it holds.
MOST_BYTES = 500_000


@pytest.fixture
def root(tmp_path, settings, monkeypatch):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "project.static_files.Storage"}}
    return tmp_path / "static"


@pytest.mark.slow
def test_everything_of_ours_can_be_collected(root):
    """Also proves that no style or script names a file that is not there."""
    assert collect_if_changed() is True
    names = json.loads((root / "staticfiles.json").read_text())["paths"]
    for own in (
        "css/base.css",
        "css/tokens.css",
        "js/main.js",
        "vendor/plotly.js",
        "vendor/plotly.css",
        "vendor/idb.js",
    ):
        hashed = root / names[own]
        assert hashed.is_file()
        assert not (root / own).exists()
    plotly = root / names["vendor/plotly.js"]
    assert Path(f"{plotly}.br").stat().st_size < Path(f"{plotly}.gz").stat().st_size <= MOST_BYTES
    assert collect_if_changed() is False


@pytest.mark.slow
def test_a_changed_file_is_collected(root, tmp_path, settings):
    extra = tmp_path / "extra"
    extra.mkdir()
    (extra / "one.js").write_text('import "./two.js";\n')
    (extra / "two.js").write_text("export {};\n")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [extra]
    finders.get_finder.cache_clear()
    try:
        assert collect_if_changed() is True
        names = json.loads((root / "staticfiles.json").read_text())["paths"]
        assert f'"./{names["two.js"]}"' in (root / names["one.js"]).read_text()
        assert collect_if_changed() is False
        os.utime(extra / "two.js", (1, 1))
        assert collect_if_changed() is True
    finally:
        finders.get_finder.cache_clear()
