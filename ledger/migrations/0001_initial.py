import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("leg", models.SmallIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("fund", models.CharField(max_length=9)),
                ("amount_minor", models.BigIntegerField()),
                ("balance_after", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
                ("item", models.CharField(max_length=60, null=True)),
                ("effective_on", models.DateField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "entries",
                "db_table": "ledger_entry",
                "ordering": ["id"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Book",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("P", "platform"), ("L", "payee")], max_length=1)),
                ("subject", models.CharField(default="", max_length=40)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "subject"), name="book_once")],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("number", models.CharField(max_length=5)),
                ("subject", models.CharField(default="", max_length=80)),
                ("currency", models.CharField(max_length=3)),
                ("normal", models.SmallIntegerField()),
                ("fund", models.CharField(max_length=9)),
                ("floor", models.CharField(max_length=5)),
                ("mirror", models.CharField(default="", max_length=60)),
                ("by_item", models.BooleanField(default=False)),
                ("balance_minor", models.BigIntegerField(default=0)),
                ("held_minor", models.BigIntegerField(default=0)),
                ("last_seq", models.BigIntegerField(default=0)),
                ("last_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("accepts_payments", models.BooleanField(default=False)),
                ("payable_limit", models.CharField(default="closed", max_length=7)),
                ("pays_into", models.CharField(default="", max_length=9)),
                (
                    "cost_account",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"),
                ),
                ("book", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="ledger.book")),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("reference", models.CharField(max_length=120, unique=True)),
                ("amount_minor", models.BigIntegerField()),
                ("posted_minor", models.BigIntegerField(default=0)),
                ("state", models.CharField(default="pending", max_length=8)),
                ("expires_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="ledger.account")),
            ],
        ),
        migrations.CreateModel(
            name="Transaction",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("reference", models.CharField(max_length=120, unique=True)),
                ("kind", models.CharField(max_length=40)),
                ("effective_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("request_id", models.CharField(default="", max_length=64)),
                ("created_xid", models.BigIntegerField()),
                (
                    "reverses",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.transaction"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("credit_entry_id", models.BigIntegerField()),
                ("debit_entry_id", models.BigIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("rule", models.CharField(max_length=30)),
                ("reason", models.CharField(default="", max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="ledger.account"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["credit_entry_id"], name="allocation_credit"),
                    models.Index(fields=["debit_entry_id"], name="allocation_debit"),
                ],
                "constraints": [models.CheckConstraint(condition=models.Q(("amount_minor", 0), _negated=True), name="allocation_not_zero")],
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(fields=("book", "number", "subject", "currency"), name="account_once"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("floor", "zero"), _negated=True),
                    models.Q(("balance_minor__gte", 0), ("normal", 1)),
                    models.Q(("balance_minor__lte", 0), ("normal", -1)),
                    _connector="OR",
                ),
                name="account_floor",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(condition=models.Q(("normal__in", [1, -1])), name="account_normal"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(condition=models.Q(("floor__in", ["zero", "kinds", "any"])), name="account_floor_known"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(condition=models.Q(("held_minor__gte", 0)), name="account_held"),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(condition=models.Q(("state", "pending")), fields=["account"], name="hold_pending"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor", 0), _negated=True), name="hold_not_zero"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["pending", "posted", "released", "expired"])), name="hold_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_at", None), ("state", "pending")),
                    models.Q(models.Q(("state", "pending"), _negated=True), ("resolved_at__isnull", False)),
                    _connector="OR",
                ),
                name="hold_resolved_once",
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(fields=["at", "id"], name="transaction_at"),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)), fields=("reverses",), name="transaction_reversed_once"
            ),
        ),
    ]
