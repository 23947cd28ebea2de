"""Results -> plotly figures, in the page's clothes; a module for each kind of drawing."""

from analytics.charts.base import NAME_GAP, PLOT_HEIGHT, TOKENS, Chart, faint, led
from analytics.charts.come import come
from analytics.charts.control import Marker, control
from analytics.charts.departments import dumbbells, funnel
from analytics.charts.facing import facing
from analytics.charts.flows import flow
from analytics.charts.gaps import gaps
from analytics.charts.lines import LABEL_HEIGHT, lines, shares

__all__ = [
    "LABEL_HEIGHT",
    "NAME_GAP",
    "PLOT_HEIGHT",
    "TOKENS",
    "Chart",
    "Marker",
    "come",
    "control",
    "dumbbells",
    "facing",
    "faint",
    "flow",
    "funnel",
    "gaps",
    "led",
    "lines",
    "shares",
]
