from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Payments of a card by time, as those of a bank account."""

    atomic = False  # the index is made concurrently

    dependencies = [("payments", "0013_sources")]
    operations = [
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(condition=models.Q(("card__isnull", False)), fields=["card", "created_at", "id"], name="payment_card_at"),
        ),
    ]
