import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Payments, intents and bank accounts by time, each filter and each way to see them by an index of its own."""

    atomic = False  # indexes are made concurrently

    dependencies = [
        ("directpay", "0008_lists"),
        ("ledger", "0009_lists"),
        ("payments", "0005_standing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="bankaccount",
            index=models.Index(fields=["created_at", "id"], name="bank_account_at"),
        ),
        AddIndexConcurrently(
            model_name="bankaccount",
            index=models.Index(fields=["user", "created_at", "id"], name="bank_account_user_at"),
        ),
        AddIndexConcurrently(
            model_name="bankaccount",
            index=models.Index(fields=["status", "created_at", "id"], name="bank_account_status_at"),
        ),
        AddIndexConcurrently(
            model_name="bankaccount",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("metadata", {}), _negated=True), fields=["metadata"], name="bank_account_metadata"
            ),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(fields=["created_at", "id"], name="payment_at"),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(fields=["payer", "created_at", "id"], name="payment_payer_at"),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(fields=["payee", "created_at", "id"], name="payment_payee_at"),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(fields=["origin", "created_at", "id"], name="payment_origin_at"),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(fields=["bank_account", "created_at", "id"], name="payment_source_at"),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(fields=["rail", "created_at", "id"], name="payment_rail_at"),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("status", "settled"), _negated=True), fields=["status", "created_at", "id"], name="payment_status_at"
            ),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("metadata", {}), _negated=True), fields=["metadata"], name="payment_metadata"
            ),
        ),
        AddIndexConcurrently(
            model_name="paymentintent",
            index=models.Index(fields=["created_at", "id"], name="intent_at"),
        ),
        AddIndexConcurrently(
            model_name="paymentintent",
            index=models.Index(fields=["customer", "created_at", "id"], name="intent_customer_at"),
        ),
        AddIndexConcurrently(
            model_name="paymentintent",
            index=models.Index(fields=["payee", "created_at", "id"], name="intent_payee_at"),
        ),
        AddIndexConcurrently(
            model_name="paymentintent",
            index=models.Index(fields=["created_by", "created_at", "id"], name="intent_creator_at"),
        ),
        AddIndexConcurrently(
            model_name="paymentintent",
            index=models.Index(fields=["origin", "created_at", "id"], name="intent_origin_at"),
        ),
        RemoveIndexConcurrently(
            model_name="bankaccount",
            name="bank_account_of_user",
        ),
        RemoveIndexConcurrently(
            model_name="payment",
            name="payment_of_payer",
        ),
        RemoveIndexConcurrently(
            model_name="payment",
            name="payment_of_payee",
        ),
        RemoveIndexConcurrently(
            model_name="payment",
            name="payment_of_origin",
        ),
        RemoveIndexConcurrently(
            model_name="paymentintent",
            name="intent_of_customer",
        ),
        RemoveIndexConcurrently(
            model_name="paymentintent",
            name="intent_of_payee",
        ),
        RemoveIndexConcurrently(
            model_name="paymentintent",
            name="intent_of_creator",
        ),
        migrations.AlterField(
            model_name="bankaccount",
            name="user",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="bank_accounts", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="bank_account",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="payments.bankaccount"
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="payee",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="directpay.payee"
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="payer",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="payments", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="paymentintent",
            name="created_by",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="paymentintent",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payment_intents",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="paymentintent",
            name="payee",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payment_intents", to="directpay.payee"
            ),
        ),
    ]
