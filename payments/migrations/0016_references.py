from django.db import migrations, models


class Migration(migrations.Migration):
    """What a provider tells of is found by the provider's own name of it."""

    dependencies = [("payments", "0015_intents_by_card")]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("rail__in", ["stripe", "stripe_ach", "paypal"])), fields=["rail_reference"], name="payment_reference"
            ),
        ),
    ]
