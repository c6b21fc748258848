from pathlib import Path

import django.contrib.postgres.indexes
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

SQL = (Path(__file__).parent / "sql" / "intents.sql").read_text(encoding="utf-8")
UNDO = "DROP FUNCTION payments_freeze_intent() CASCADE"
# Generated from the transitions declared on the model; a test compares the two.
EDGES = {
    "": ["open"],
    "open": ["awaiting_action", "confirmed", "canceled"],
    "awaiting_action": ["open", "confirmed", "canceled"],
    "confirmed": ["open", "awaiting_action", "canceled"],
}


def fill(apps, schema_editor):
    rows = apps.get_model("payments", "Transition").objects
    for source, targets in EDGES.items():
        for target in targets:
            rows.create(machine="payment_intent", source=source, target=target)


def empty(apps, schema_editor):
    apps.get_model("payments", "Transition").objects.filter(machine="payment_intent").delete()


class Migration(migrations.Migration):
    """The Stripe-shaped wish to pay, its edges, and the triggers that hold it to them."""

    dependencies = [
        ("directpay", "0002_event_log"),
        ("ledger", "0007_limits"),
        ("payments", "0003_promises"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PaymentIntent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("secret", models.CharField(max_length=40)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("open", "Open"),
                            ("awaiting_action", "Awaiting Action"),
                            ("confirmed", "Confirmed"),
                            ("canceled", "Canceled"),
                        ],
                        default="open",
                        max_length=50,
                        protected=True,
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("rail", models.CharField(max_length=20)),
                ("origin", models.CharField(blank=True, default="", max_length=40)),
                ("description", models.CharField(blank=True, default="", max_length=1000)),
                ("capture_method", models.CharField(default="automatic_async", max_length=15)),
                ("mandate_data", models.JSONField(blank=True, default=dict)),
                ("cancellation_reason", models.CharField(blank=True, default="", max_length=30)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("canceled_at", models.DateTimeField(null=True)),
                (
                    "applies_to",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payment_intents", to="ledger.account"
                    ),
                ),
                (
                    "bank_account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payment_intents", to="payments.bankaccount"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payment_intents", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payment_intents", to="directpay.payee"
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payment_intent", to="payments.payment"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "id"], name="intent_of_customer"),
                    models.Index(fields=["payee", "id"], name="intent_of_payee"),
                    models.Index(fields=["created_by", "id"], name="intent_of_creator"),
                    django.contrib.postgres.indexes.GinIndex(fields=["metadata"], name="intent_metadata", opclasses=["jsonb_path_ops"]),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="intent_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("applies_to", None), ("origin", ""), _connector="OR"), name="intent_pays_one_thing"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("status", "confirmed"), _negated=True), ("payment__isnull", False), _connector="OR"),
                        name="intent_confirmed_has_payment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "awaiting_action"), _negated=True), ("bank_account__isnull", False), _connector="OR"
                        ),
                        name="intent_awaits_a_bank_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("canceled_at__isnull", False), ("status", "canceled")),
                            models.Q(models.Q(("status", "canceled"), _negated=True), ("canceled_at", None)),
                            _connector="OR",
                        ),
                        name="intent_canceled_at",
                    ),
                ],
            },
        ),
        migrations.RunPython(fill, empty),
        migrations.RunSQL(SQL, UNDO),
    ]
