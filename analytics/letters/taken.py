"""What plotly's dicts hold, taken over for matplotlib: numbers and days, colours, and words."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Drawn = Mapping[str, Any]
# What an XML document cannot hold, however it is written (Extensible Markup Language 1.0, production 2).
NOT_IN_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def amount(value: object) -> float:
    """A number as it is, a day or moment as matplotlib counts them, nothing as nothing."""
    from matplotlib.dates import date2num

    if value is None:
        return float("nan")
    if isinstance(value, str):
        return float(date2num(dt.datetime.fromisoformat(value)))  # type: ignore[no-untyped-call]
    return float(value)  # type: ignore[arg-type]


def amounts(axes: "Axes", trace: Drawn) -> tuple[list[float], list[float]]:
    """Where the points of a trace lie; names by the place that they have on their axis."""
    across = [amount(each) for each in trace["x"]]
    if trace["y"] and all(isinstance(each, str) for each in trace["y"]):
        places = {label.get_text(): place for place, label in enumerate(axes.get_yticklabels())}
        return across, [float(places[plain(each)]) for each in trace["y"]]
    return across, [amount(each) for each in trace["y"]]


def hue(text: str) -> Any:
    """A colour as matplotlib knows it: with its opacity in parts of one."""
    found = re.fullmatch(r"rgba\((\d+), (\d+), (\d+), ([\d.]+)\)", text)
    if found is None:
        return text
    red, green, blue = (int(each) / 255 for each in found.groups()[:3])
    return red, green, blue, float(found[4])


def plain(text: str, line: str = " ") -> str:
    """Words without plotly's marks, `line` between its lines.

    And without what no XML may hold: a whole drawing would be refused for one such character in a name.
    """
    text = re.sub(r"<br>", line, NOT_IN_XML.sub("", text))
    text = re.sub(r"</?b>", "", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
