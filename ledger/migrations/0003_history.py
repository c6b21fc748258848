from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

FOLDER = Path(__file__).parent / "sql"
UNDO = """
DROP FUNCTION ledger_known, ledger_balance_as_of, ledger_make_checkpoints;
DROP FUNCTION ledger_guard_period, ledger_guard_watermark CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_journal"),
    ]

    operations = [
        migrations.CreateModel(
            name="Watermark",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("snapshot", models.TextField()),
            ],
            options={
                "indexes": [models.Index(fields=["at", "id"], name="watermark_at")],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("through_seq", models.BigIntegerField()),
                ("through_at", models.DateTimeField()),
                ("effective_on", models.DateField()),
                ("total_minor", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account", "through_seq", "effective_on"), name="checkpoint_once")],
            },
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("through_on", models.DateField()),
                ("closed_at", models.DateTimeField()),
                ("closed_by", models.CharField(max_length=60)),
                ("book", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="periods", to="ledger.book")),
                ("watermark", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.watermark")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("book", "through_on"), name="period_once")],
            },
        ),
        migrations.RunSQL((FOLDER / "history.sql").read_text(encoding="utf-8"), UNDO),
    ]
