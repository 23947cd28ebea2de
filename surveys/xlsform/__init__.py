"""XLSForm workbooks (KoBo, ODK) become a checklist's draft; what does not fit is listed line by line.

    lines      why a line does not come along, in English
    workbook   the file, read by pyxform within limits
    languages  "Dutch (nl)", "Nederlands" and the like by their codes
    choices    lists of choices: yes and no, scales, what an answer earns
    relevance  simple conditions
    kinds      types of lines
    mapping    rows to sections and items
    document   sections and items to a document

Knows no models and no request. pyxform is imported when the first workbook comes, as it takes a second or more.
"""

from .lines import REASONS, REFUSALS, Left, WorkbookError
from .mapping import Mapped, read

__all__ = ["REASONS", "REFUSALS", "Left", "Mapped", "WorkbookError", "read"]
