from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

FOLDER = Path(__file__).parent / "sql"
UNDO = """
DROP FUNCTION ledger_guard_seal CASCADE;
ALTER TABLE ledger_book DROP COLUMN created_xid;
ALTER TABLE ledger_account DROP COLUMN created_xid;
ALTER TABLE ledger_hold DROP COLUMN created_xid;
ALTER TABLE ledger_allocation DROP COLUMN created_xid;
ALTER TABLE directpay_event DROP COLUMN created_xid;
DROP INDEX ledger_transaction_xid;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.SmallIntegerField()),
                ("row_id", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "verbose_name_plural": "leaves",
                "constraints": [models.UniqueConstraint(fields=("kind", "row_id"), name="leaf_once")],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("through", models.BigIntegerField()),
                ("rows", models.IntegerField()),
                ("first_kind", models.SmallIntegerField()),
                ("first_id", models.BigIntegerField()),
                ("last_kind", models.SmallIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("head", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("snapshot", models.TextField()),
                ("complete", models.BooleanField()),
                ("previous", models.BinaryField()),
                ("hash", models.BinaryField()),
                (
                    "watermark",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.watermark"),
                ),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("rows__gt", 0)), name="seal_not_empty")],
            },
        ),
        migrations.RunSQL((FOLDER / "seals.sql").read_text(encoding="utf-8"), UNDO),
    ]
