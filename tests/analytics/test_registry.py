"""Every figure that is computed has an entry, every entry is computed, and unit and direction fit what comes out."""

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest

from analytics import metrics, registry
from analytics.figures import Mean, Share
from analytics.metrics import COMPUTED, Parts
from analytics.models import SUMMED
from analytics.stats.intervals import Sums

MEANS = tuple(name for name, of in COMPUTED.items() if isinstance(of, partial))
SHARES = ("passed", "failed", "prompt", "helped", "left")
FIVE = {"n": 5, "sum": 35000, "squares": 255000000}


def test_every_entry_is_computed_and_the_other_way_round():
    assert COMPUTED.keys() == registry.METRICS.keys()
    assert all(callable(of) for of in COMPUTED.values())


def test_every_entry_is_complete():
    for key, each in registry.METRICS.items():
        assert each.key == key
        assert each.better in {registry.HIGHER, registry.LOWER, registry.NEITHER}
        assert each.unit in {registry.POINTS, registry.PERCENT, "points per call", "0–10", ""}
        assert str(each.name)
        assert str(each.definition).endswith(".")
        assert str(each.method).endswith(".")


def test_every_stored_measure_is_a_mean_of_points():
    assert set(MEANS) == set(SUMMED) == set(registry.MEASURES)


@pytest.mark.parametrize("key", MEANS)
def test_a_measure_is_the_mean_of_its_own_sums(key):
    parts = Parts({f"{part}_{key}": value for part, value in FIVE.items()})
    found = COMPUTED[key](parts)
    assert isinstance(found, Mean)
    assert (found.n, found.value) == (5, Decimal("70.00"))
    assert COMPUTED[key](metrics.NOTHING).n == 0
    entry = registry.METRICS[key]
    assert (entry.unit, entry.better) == (registry.POINTS, registry.HIGHER)


@pytest.mark.parametrize("key", SHARES)
def test_shares_are_percent(key):
    parts = Parts({"n_passed": 2, "n_failed": 2, "n_timed": 4, "n_prompt": 2, "n_calls": 4, "n_left_to_fate": 2,
                   "n_fate_helped": 2, "n_fate_unanswered": 2})  # fmt: skip
    found = COMPUTED[key](parts)
    assert isinstance(found, Share)
    assert (found.count, found.n, found.value) == (2, 4, Decimal("50.00"))
    assert registry.METRICS[key].unit == registry.PERCENT


def test_more_of_what_is_bad_is_not_called_good():
    lower = {key for key, each in registry.METRICS.items() if each.better == registry.LOWER}
    assert lower == {"bad_feeling", "failed", "left", "lost"}


def test_directions_agree_with_what_is_computed():
    """What is called better when higher rises when calls get better; what is better when lower falls."""
    good = Parts({"n_passed": 9, "n_failed": 1, "n_calls": 10, "n_left_to_fate": 1, "n_timed": 10, "n_prompt": 9,
                  "n_fate_helped": 9, "n_fate_unanswered": 1})  # fmt: skip
    bad = Parts({"n_passed": 1, "n_failed": 9, "n_calls": 10, "n_left_to_fate": 9, "n_timed": 10, "n_prompt": 1,
                 "n_fate_helped": 1, "n_fate_unanswered": 9})  # fmt: skip
    for key in SHARES:
        rises = COMPUTED[key](good).value > COMPUTED[key](bad).value
        assert rises is (registry.METRICS[key].better == registry.HIGHER), key


def test_change_and_course_are_signed_as_the_registry_says():
    low, high = (metrics.mean(Sums(6, 6 * score, 6 * score**2 + 6)) for score in (6000, 7000))
    assert COMPUTED["change"](low, high).value == Decimal("10.00")
    days = metrics.calendar(dt.date(2026, 1, 1), dt.date(2026, 12, 31), "month")
    rising = [Sums(5, 5 * score, 5 * score**2 + 10) for score in range(6000, 7200, 100)]
    points, _normal = metrics.series(rising, days)
    assert COMPUTED["course"](points).value == Decimal("1.00")
    assert COMPUTED["target"](high, Decimal(65)).verdict == "reached"


def test_metrics_know_no_django():
    """What computes is handed data: it may not reach for the database, pages or the reader."""
    import subprocess
    import sys

    code = "import sys, analytics.metrics; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"django", "plotly", "rest_framework"}.isdisjoint(loaded)
    # Slow to load, so only where it is called for.
    assert {"pandas", "statsmodels"}.isdisjoint(loaded)


def test_figures_are_found_by_their_words():
    assert registry.about("") == list(registry.METRICS.values())
    assert registry.METRICS["kept"] in registry.about("callbacks KEPT")
    assert registry.METRICS["score"] not in registry.about("callbacks kept")
    assert registry.about("no such words anywhere") == []


def test_the_page_of_figures_shows_what_is_looked_for(client, people, db):
    client.force_login(people["analyst"])
    html = client.get("/help/figures/?q=callbacks+kept").content.decode()
    assert 'id="kept"' in html
    assert 'id="score"' not in html
    assert "No figure holds these words" in client.get("/help/figures/?q=<b>zzz").content.decode()
    assert 'href="#score"' in client.get("/help/figures/").content.decode()
