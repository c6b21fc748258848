from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "states.sql").read_text(encoding="utf-8")
UNDO = """
DROP FUNCTION payments_guard_state() CASCADE;
DROP FUNCTION payments_demand_event() CASCADE;
DROP FUNCTION payments_freeze_terms() CASCADE;
DROP TRIGGER append_only ON payments_claim;
"""
# Generated from the transitions declared on the models; a test compares the two.
EDGES = {
    "payment": {
        "": ["initiated"],
        "initiated": ["processing", "requires_action", "in_review", "failed", "canceled"],
        "requires_action": ["processing", "failed", "canceled"],
        "in_review": ["processing", "failed", "canceled"],
        "processing": ["authorized", "requires_action", "completed", "failed", "unknown", "canceled"],
        "authorized": ["processing", "canceled"],
        "unknown": ["processing", "authorized", "completed", "failed"],
        "completed": ["settled", "returned"],
        "settled": ["returned"],
    },
    "bank_account": {
        "": ["new"],
        "new": ["verified", "verification_failed", "errored"],
        "verified": ["errored"],
    },
}


def fill(apps, schema_editor):
    rows = apps.get_model("payments", "Transition").objects
    for machine, edges in EDGES.items():
        for source, targets in edges.items():
            for target in targets:
                rows.create(machine=machine, source=source, target=target)


class Migration(migrations.Migration):
    """The edges that a state may take, and the triggers that hold it to them."""

    dependencies = [("payments", "0001_initial"), ("ledger", "0002_journal")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop), migrations.RunSQL(SQL, UNDO)]
