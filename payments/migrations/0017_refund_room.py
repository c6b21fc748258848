from pathlib import Path

import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

SQL = (Path(__file__).parent / "sql" / "refunds.sql").read_text(encoding="utf-8")
UNDO = "DROP FUNCTION payments_freeze_refund() CASCADE; DROP FUNCTION payments_refund_within() CASCADE"
# Generated from the transitions declared on the model; a test compares the two.
EDGES = {
    "": ["pending"],
    "pending": ["submitted", "canceled"],
    "submitted": ["unknown", "succeeded", "failed"],
    "unknown": ["submitted", "succeeded", "failed"],
    "succeeded": ["returned"],
}


def fill(apps, schema_editor):
    rows = apps.get_model("payments", "Transition").objects
    for source, targets in EDGES.items():
        for target in targets:
            rows.create(machine="refund", source=source, target=target)


def empty(apps, schema_editor):
    apps.get_model("payments", "Transition").objects.filter(machine="refund").delete()


class Migration(migrations.Migration):
    """What goes back to payers, its edges, and the triggers that hold it to them and to what was paid."""

    dependencies = [
        ("directpay", "0010_sagas"),
        ("ledger", "0010_items_by_index"),
        ("payments", "0016_references"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.CharField(max_length=40, unique=True)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("pending", "Pending"),
                            ("submitted", "Submitted"),
                            ("unknown", "Unknown"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("returned", "Returned"),
                            ("canceled", "Canceled"),
                        ],
                        default="pending",
                        max_length=50,
                        protected=True,
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                ("rail", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("duplicate", "Duplicate"),
                            ("fraudulent", "Fraudulent"),
                            ("requested_by_customer", "Requested"),
                            ("other", "Other"),
                        ],
                        default="",
                        max_length=30,
                    ),
                ),
                ("gives_fee_back", models.BooleanField(default=False)),
                ("clawed_minor", models.BigIntegerField(default=0)),
                ("payer_fee_minor", models.BigIntegerField(default=0)),
                ("from_pending", models.BooleanField()),
                ("once", models.CharField(max_length=60, null=True, unique=True)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("expected_on", models.DateField()),
                ("placed_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("rail_reference", models.CharField(blank=True, default="", max_length=80)),
                ("completed_on", models.DateField(null=True)),
                ("return_code", models.CharField(blank=True, default="", max_length=10)),
                ("failure_code", models.CharField(blank=True, default="", max_length=40)),
                ("failure_message", models.CharField(blank=True, default="", max_length=200)),
                ("handled_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RefundPolicy",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("gives_fee_back", models.BooleanField(default=False)),
                ("version", models.IntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="payment",
            name="clawed_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="refunded_pending_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("clawed_minor__gte", 0), ("clawed_minor__lte", models.F("fee_minor"))), name="payment_clawed_within"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_pending_minor__gte", 0), ("refunded_pending_minor__lte", models.F("net_minor"))),
                name="payment_refunded_pending_within",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="payee",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="directpay.payee"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="payer",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="payment",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="payments.payment"
            ),
        ),
        migrations.AddField(
            model_name="refundpolicy",
            name="payee",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="refund_policy", to="directpay.payee"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["created_at", "id"], name="refund_at"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["payment", "created_at", "id"], name="refund_payment_at"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["payer", "created_at", "id"], name="refund_payer_at"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["payee", "created_at", "id"], name="refund_payee_at"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("status", "succeeded"), _negated=True), fields=["status", "created_at", "id"], name="refund_status_at"
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("rail__in", ["stripe", "stripe_ach"])), fields=["rail_reference"], name="refund_reference"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="refund_positive"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("clawed_minor__gte", 0), ("clawed_minor__lte", models.F("amount_minor")), ("payer_fee_minor", 0)),
                    models.Q(("clawed_minor", 0), ("payer_fee_minor__gte", 0)),
                    _connector="OR",
                ),
                name="refund_one_fee",
            ),
        ),
        migrations.RunPython(fill, empty),
        migrations.RunSQL(SQL, UNDO),
    ]
