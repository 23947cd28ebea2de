"""Every model of the product, one subject a file."""

from .audit import AuditEntry
from .calls import Call, Callback, CallbackEvent, Conflict
from .checking import Acknowledgement, Appeal
from .checklists import Checklist, ChecklistVersion, Phrase
from .fieldwork import Assignment, AssignmentGroup, Quota, Scenario, Wave
from .imports import ImportRun
from .listening import CalibrationSeat, CalibrationSession, GoldCall, Recording
from .people import ApiToken, Clearance, Department, Invitation, Membership, Organisation, Role, User
from .reminding import Reminder

__all__ = [
    "Acknowledgement",
    "ApiToken",
    "Appeal",
    "Assignment",
    "AssignmentGroup",
    "AuditEntry",
    "CalibrationSeat",
    "CalibrationSession",
    "Call",
    "Callback",
    "CallbackEvent",
    "Checklist",
    "ChecklistVersion",
    "Clearance",
    "Conflict",
    "Department",
    "GoldCall",
    "ImportRun",
    "Invitation",
    "Membership",
    "Organisation",
    "Phrase",
    "Quota",
    "Recording",
    "Reminder",
    "Role",
    "Scenario",
    "User",
    "Wave",
]
