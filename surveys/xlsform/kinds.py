"""The types of a workbook's lines: which become questions, which stand around them, which stay behind."""

import re
from typing import Final

METADATA: Final = frozenset(
    [
        "start",
        "end",
        "today",
        "deviceid",
        "device_id",
        "subscriberid",
        "simserial",
        "phonenumber",
        "phone_number",
        "username",
        "email",
        "audit",
        "imei",
        "uri",
        "start-geopoint",
        "background-audio",
        "background-geopoint",
        "instanceid",
        "get_device_id",
        "get_today",
        "get_start_time",
        "get_end_time",
        "start_time",
        "end_time",
        "start_geopoint",
        "background_audio",
        "subscriber_id",
        "device_id",
        "sim_serial",
    ]
)
CALCULATED: Final = frozenset({"calculate", "calculate_here", "hidden", "add_calculate_prompt"})
NUMBERS: Final = {"integer": True, "int": True, "decimal": False, "range": True, "add_integer_prompt": True}
TEXTS: Final = frozenset({"text", "string", "add_text_prompt", "q_string", "barcode_text", "email_text"})
MOMENTS: Final = frozenset({"date", "datetime", "date_time", "add_date_prompt", "add_date_time_prompt", "q_date"})
GROUP: Final = re.compile(r"(begin|end)[ _](group|repeat|loop|lgroup|looped group)\b.*")
SELECT: Final = re.compile(
    r"(select_one_from_file|select_multiple_from_file|select one from file|select multiple from file|"
    r"select_one_external|select_one|select one from|select one|select1|add select one prompt using|"
    r"select_multiple|select all that apply from|select all that apply|add select multiple prompt using)\s+(.+)",
    re.IGNORECASE,
)


def refused(kind: str) -> str:
    """Why there is no question of this type here; "" when there is."""
    plain = kind.lower().replace(" ", "_")
    if plain in METADATA:
        return "metadata"
    if plain in CALCULATED:
        return "calculation"
    known = plain in NUMBERS or plain in TEXTS or plain in MOMENTS or bool(SELECT.fullmatch(kind))
    return "" if known else "type"
