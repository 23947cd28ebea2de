"""The rows that the demo's calls refer to, by the names that the demo gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from surveys import workflow
from surveys.demo.data import DemoCall
from surveys.demo.reasons import RECOGNISED
from surveys.marks import Marks
from surveys.models import Call, Department, Organisation, Scenario, User, Wave
from surveys.workflow.marking import mark_columns


@dataclass(frozen=True, slots=True)
class Cast:
    organisation: Organisation
    users: Mapping[str, User]
    departments: Mapping[str, Department]
    scenarios: Mapping[str, Scenario]
    waves: Mapping[int, Wave]

    def call(self, made: DemoCall) -> Call:
        """The unsaved call, scored as submitting would have scored it."""
        wave = self.waves[made.wave]
        call = Call(
            organisation=self.organisation,
            wave=wave,
            version=wave.version,
            department=self.departments[made.department],
            scenario=self.scenarios[made.scenario],
            evaluator=self.users[made.evaluator],
            kind=made.kind,
            state=made.state,
            client_id=made.client_id,
            called_at=made.called_at,
            answers=made.answers,
            revision=made.revision,
            answer_revisions=made.answer_revisions,
            created_at=made.created_at,
            changed_at=made.changed_at,
            submitted_at=made.submitted_at,
            decided_at=made.decided_at,
            decided_by=self.users[made.decided_by] if made.decided_by else None,
            return_reason=made.return_reason,
            first_answer_at=made.first_answer_at,
            recognised=any(step.reason == RECOGNISED for step in made.history),
            **mark_columns(made.called_at, Marks(made.timeline, None)),
        )
        call.place_in_time(self.organisation.zone)
        if made.state != Call.State.DRAFT:
            workflow.fill_from_answers(call)
        return call
