"""Every model of the product, one subject a file."""

from .audit import AuditEntry
from .calls import Call, Callback, CallbackEvent, Conflict
from .checklists import Checklist, ChecklistVersion, Phrase
from .fieldwork import Scenario, Wave
from .imports import ImportRun
from .people import ApiToken, Department, Invitation, Membership, Organisation, Role, User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Call",
    "Callback",
    "CallbackEvent",
    "Checklist",
    "ChecklistVersion",
    "Conflict",
    "Department",
    "ImportRun",
    "Invitation",
    "Membership",
    "Organisation",
    "Phrase",
    "Role",
    "Scenario",
    "User",
    "Wave",
]
