"""Refresh the vendored browser files: `make vendor` (needs npm and Chromium; nobody else does).

To upgrade, change a version here, run `make vendor`, then `make test`. `project/static/vendor/vendor.json` records what was
taken from where; `tests/project/test_vendor.py` re-hashes it.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.tools.parts import CHROMIUM_FLAGS, find_chromium

ROOT = Path(__file__).resolve().parents[2]
SITE = "project/static/vendor"
TEST = "tests/e2e/vendor"
RECORD = ROOT / SITE / "vendor.json"

# npm package, version, {file in the package: where it goes}. Plotly's release must be the one of the Python package.
PACKAGES = [
    (
        "plotly.js-cartesian-dist-min",
        "4.1.1",
        {"plotly-cartesian.min.js": f"{SITE}/plotly.js", "LICENSE": f"{SITE}/plotly.LICENSE.txt"},
    ),
    ("idb", "8.0.4", {"build/index.js": f"{SITE}/idb.js", "LICENSE": f"{SITE}/idb.LICENSE.txt"}),
    ("axe-core", "4.14.1", {"axe.min.js": f"{TEST}/axe.js", "LICENSE": f"{TEST}/axe.LICENSE.txt"}),
]
PLOTLY_CSS = f"{SITE}/plotly.css"
RULES = "[...document.getElementById('plotly.js-style-global').sheet.cssRules].map(rule => rule.cssText)"


def take(name: str, version: str, files: dict[str, str], folder: Path) -> list[dict[str, str]]:
    """Fetch one package and copy the files we serve; each gets a line in the record."""
    print(f"{name} {version}")
    subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    archive = next(folder.glob(f"{name}-{version}.tgz"))
    unpacked = folder / name
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    licence = json.loads((unpacked / "package/package.json").read_text())["license"]
    rows = []
    for source, target in files.items():
        (ROOT / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(unpacked / "package" / source, ROOT / target)
        rows.append({"name": name, "version": version, "licence": licence, "source": source, "file": target})
    return rows


def plotly_stylesheet() -> None:
    """Plotly adds its rules with script, which our policy forbids; write them once as a file the pages link."""
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    if chromium is None:
        sys.exit("Chromium is needed to read the rules that plotly.js injects.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        page = browser.new_page()
        page.add_script_tag(path=ROOT / SITE / "plotly.js")
        rules = page.evaluate(RULES)
        browser.close()
    head = (
        '/* The rules plotly.js would inject; link as <link id="plotly.js-style-global" class="no-inline-styles">. */\n'
    )
    (ROOT / PLOTLY_CSS).write_text(head + "\n".join(rules) + "\n")


def main() -> None:
    rows: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, version, files in PACKAGES:
            rows += take(name, version, files, Path(folder))
    plotly_stylesheet()
    rows.append({**rows[0], "source": "rules read from plotly-cartesian.min.js in a browser", "file": PLOTLY_CSS})
    for row in rows:
        row["sha256"] = hashlib.sha256((ROOT / row["file"]).read_bytes()).hexdigest()
    RECORD.write_text(json.dumps(rows, indent=1) + "\n")
    print(f"{len(rows)} files recorded in {RECORD.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
