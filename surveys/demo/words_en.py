"""How English-speaking evaluators of the demo call things. What they heard was said in Dutch: see `words_nl`."""

from typing import Final

from surveys.demo.remarks_en import CLOSING, REMARKS

__all__ = ["CLOSING", "REMARKS", "TOPICS"]

TOPICS: Final = {
    "complaint_calm": ("my complaint", "the complaint of three weeks ago", "where my complaint stands"),
    "complaint_dominant": ("my complaint", "a complaint that has been lying there for weeks", "the missing reply"),
    "invoice_calm": ("the bill", "the difference of 48 euros", "the amount on my bill"),
    "invoice_dominant": ("the bill", "those 48 euros too many", "the increase on my bill"),
    "jansen_second_call": ("my application", "the talk with Mr Jansen", "yesterday's question"),
    "jansen_fourth_call": ("my complaint", "Mr Jansen", "my fourth call"),
    "opening_hours": ("the opening hours", "an appointment", "what I should bring"),
    "change_of_address": ("my move", "the new address", "the change of address"),
}
