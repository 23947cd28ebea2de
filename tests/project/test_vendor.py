"""Vendored browser files are what their record says, and fit the Python packages that feed them."""

import hashlib
import json
import re
from importlib.metadata import version
from pathlib import Path

import plotly
import pytest

ROOT = Path(__file__).resolve().parents[2]
RECORD = json.loads((ROOT / "project/static/vendor/vendor.json").read_text())
FOLDERS = [ROOT / "project/static/vendor", ROOT / "tests/e2e/vendor"]
SHIPPED = "project/static/vendor/"


@pytest.mark.parametrize("row", RECORD, ids=lambda row: row["file"])
def test_hash(row):
    assert hashlib.sha256((ROOT / row["file"]).read_bytes()).hexdigest() == row["sha256"]


@pytest.mark.parametrize("row", RECORD, ids=lambda row: row["file"])
def test_every_file_says_what_it_is(row):
    assert all(row[key] for key in ("name", "version", "licence", "source"))


def test_nothing_is_vendored_without_a_record():
    found = {str(path.relative_to(ROOT)) for folder in FOLDERS for path in folder.rglob("*") if path.is_file()}
    assert found - {f"{SHIPPED}vendor.json"} == {row["file"] for row in RECORD}


def test_what_we_ship_is_permissive_and_comes_with_its_licence():
    shipped = [row for row in RECORD if row["file"].startswith(SHIPPED)]
    assert {row["licence"] for row in shipped} <= {"MIT", "ISC", "BSD-3-Clause", "Apache-2.0"}
    assert {row["name"] for row in shipped} == {row["name"] for row in shipped if row["file"].endswith("LICENSE.txt")}


def test_plotly_in_the_browser_is_the_release_that_python_writes_for():
    script = (ROOT / SHIPPED / "plotly.js").read_text()
    browser = re.search(r"plotly\.js \(cartesian - minified\) v(\d+\.\d+\.\d+)", script[:300])
    assert browser, script[:300]
    bundled = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_text()
    python = re.search(r"plotly\.js v(\d+\.\d+\.\d+)", bundled[:300])
    assert python, bundled[:300]
    assert browser.group(1) == python.group(1), f"plotly {version('plotly')} writes for plotly.js {python.group(1)}"


@pytest.mark.parametrize("name", ["plotly.js", "idb.js"])
def test_nothing_needs_eval(name):
    script = (ROOT / SHIPPED / name).read_text()
    assert not re.search(r"\bnew Function\(|[^.\w]eval\(", script)
