from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from directpay.migrations._partitions import index_partitions


def index(apps, schema_editor):
    index_partitions(schema_editor, "ledger_entry", "ledger_entry_book", "book_id, at, transaction_id")


def unindex(apps, schema_editor):
    schema_editor.execute("DROP INDEX ledger_entry_book")


class Migration(migrations.Migration):
    """Accounts and transactions by time, each filter by an index of its own; the transactions of one book through its entries."""

    atomic = False  # indexes are made concurrently

    dependencies = [
        ("ledger", "0008_items"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(fields=["created_at", "id"], name="account_at"),
        ),
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(fields=["number", "created_at", "id"], name="account_number_at"),
        ),
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(fields=["subject", "created_at", "id"], name="account_subject_at"),
        ),
        AddIndexConcurrently(
            model_name="transaction",
            index=models.Index(fields=["kind", "at", "id"], name="transaction_kind_at"),
        ),
        migrations.RunPython(index, unindex),
    ]
