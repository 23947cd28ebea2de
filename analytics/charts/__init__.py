"""Results -> plotly figures, in the page's clothes; a module for each kind of drawing."""

from analytics.charts.base import PLOT_HEIGHT, TOKENS, Chart, faint
from analytics.charts.departments import dumbbells, funnel
from analytics.charts.lines import LABEL_HEIGHT, lines, shares

__all__ = ["LABEL_HEIGHT", "PLOT_HEIGHT", "TOKENS", "Chart", "dumbbells", "faint", "funnel", "lines", "shares"]
