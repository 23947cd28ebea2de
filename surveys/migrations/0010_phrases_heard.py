"""Which phrases of the bank were heard in a call, beside its answers, so that they can be counted without reading these."""

from typing import Any

from django.db import migrations, models

AT_ONCE = 500


def phrase_questions(document: dict[str, Any]) -> list[str]:
    return [
        item["code"]
        for section in document.get("sections", ())
        for item in section.get("items", ())
        if item.get("kind") == "phrase"
    ]


def note_phrases(apps: Any, _schema_editor: Any) -> None:
    Call = apps.get_model("surveys", "Call")
    ChecklistVersion = apps.get_model("surveys", "ChecklistVersion")
    for version in ChecklistVersion.objects.iterator():
        codes = phrase_questions(version.document)
        # Keys first: with the rows still to come SQLite would hold back writing.
        keys = (
            list(Call.objects.filter(version=version).exclude(state="draft").values_list("pk", flat=True))
            if codes
            else []
        )
        for start in range(0, len(keys), AT_ONCE):
            changed = []
            for call in Call.objects.filter(pk__in=keys[start : start + AT_ONCE]).only("answers"):
                answers = [(call.answers.get(code) or {}).get("value") or () for code in codes]
                call.phrases = sorted({row["phrase"] for rows in answers for row in rows})
                if call.phrases:
                    changed.append(call)
            Call.objects.bulk_update(changed, ["phrases"])


class Migration(migrations.Migration):
    dependencies = [("surveys", "0009_ledger_marks")]

    operations = [
        migrations.AddField("call", "phrases", models.JSONField(default=list, editable=False)),
        migrations.RunPython(note_phrases, migrations.RunPython.noop),
    ]
