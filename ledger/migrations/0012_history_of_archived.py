from django.db import migrations, models

from ledger.migrations._functions import FOLDER, function

NEW = (FOLDER / "history_of_archived.sql").read_text(encoding="utf-8")
BEFORE = {
    "history.sql": ("ledger_balance_as_of",),
    "limits.sql": ("ledger_guard_period", "ledger_guard_new_account"),
}

UNDO = "\n".join(
    [
        *(function(file, name) for file, names in BEFORE.items() for name in names),
        "DROP FUNCTION ledger_untold;",
    ]
)


class Migration(migrations.Migration):
    """What was known before a month was archived, asked for again after it; and what the books take of new accounts and closings."""

    dependencies = [("ledger", "0011_months_as_needed")]
    operations = [
        migrations.AddField("archivedmonth", "known_after", models.DateTimeField(null=True)),
        migrations.AddField("limit", "known_after", models.DateTimeField(null=True)),
        migrations.RunSQL(NEW, UNDO),
    ]
