from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "archive.sql"
UNDO = "DROP FUNCTION ledger_archived_until; DROP SCHEMA ledger_archive;"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_integrity"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchivedMonth",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("until", models.DateTimeField()),
                ("entries", models.BigIntegerField()),
                ("archived_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ArchivedSum",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("effective_on", models.DateField()),
                ("debits_minor", models.BigIntegerField()),
                ("credits_minor", models.BigIntegerField()),
                ("entries", models.BigIntegerField()),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account")),
                ("month", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="sums", to="ledger.archivedmonth")),
            ],
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
    ]
