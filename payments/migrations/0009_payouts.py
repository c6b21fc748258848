from pathlib import Path

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

SQL = (Path(__file__).parent / "sql" / "payouts.sql").read_text(encoding="utf-8")
UNDO = "DROP FUNCTION payments_freeze_payout() CASCADE"
# Generated from the transitions declared on the model; a test compares the two.
EDGES = {
    "": ["created"],
    "created": ["in_transit", "failed"],
    "in_transit": ["unknown", "paid", "failed"],
    "unknown": ["in_transit", "paid", "failed"],
    "paid": ["returned"],
}


def fill(apps, schema_editor):
    rows = apps.get_model("payments", "Transition").objects
    for source, targets in EDGES.items():
        for target in targets:
            rows.create(machine="payout", source=source, target=target)


def empty(apps, schema_editor):
    apps.get_model("payments", "Transition").objects.filter(machine="payout").delete()


class Migration(migrations.Migration):
    """What we send, its edges, and the triggers that hold it to them; and bank accounts that keep deposits alone."""

    dependencies = [
        ("directpay", "0009_answers"),
        ("payments", "0008_mandates_and_retries"),
    ]

    operations = [
        migrations.AddField(
            model_name="bankaccount",
            name="purpose",
            field=models.CharField(choices=[("own", "own"), ("trust", "trust")], db_default="own", default="own", max_length=9),
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.CharField(max_length=40, unique=True)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("created", "Created"),
                            ("in_transit", "In Transit"),
                            ("unknown", "Unknown"),
                            ("paid", "Paid"),
                            ("failed", "Failed"),
                            ("returned", "Returned"),
                        ],
                        default="created",
                        max_length=50,
                        protected=True,
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("payout", "Payout"),
                            ("deposit_forwarding", "Forwarding"),
                            ("deposit_draw", "Draw"),
                            ("deposit_refund", "Refund"),
                        ],
                        max_length=20,
                    ),
                ),
                ("rail", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("interest_minor", models.BigIntegerField(default=0)),
                ("origin", models.CharField(default="", max_length=40)),
                ("trust_bank", models.CharField(default="", max_length=40)),
                ("party", models.CharField(default="", max_length=80)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("expected_on", models.DateField()),
                ("placed_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("rail_reference", models.CharField(default="", max_length=80)),
                ("paid_on", models.DateField(null=True)),
                ("return_code", models.CharField(default="", max_length=10)),
                ("failure_code", models.CharField(default="", max_length=40)),
                ("failure_message", models.CharField(default="", max_length=200)),
                (
                    "bank_account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="payments.bankaccount"),
                ),
                ("payee", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="directpay.payee")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["created_at", "id"], name="payout_at"),
                    models.Index(fields=["payee", "created_at", "id"], name="payout_payee_at"),
                    models.Index(fields=["bank_account", "created_at", "id"], name="payout_account_at"),
                    models.Index(fields=["origin"], name="payout_origin"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="payout_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("interest_minor__gte", 0), ("interest_minor__lte", models.F("amount_minor"))),
                        name="payout_interest_within",
                    ),
                ],
            },
        ),
        migrations.RunPython(fill, empty),
        migrations.RunSQL(SQL, UNDO),
    ]
