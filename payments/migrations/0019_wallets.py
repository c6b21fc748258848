from django.db import migrations, models


class Migration(migrations.Migration):
    """A payment by wallet is paid with neither bank account nor card, and no other payment is (decision 40)."""

    dependencies = [("payments", "0018_customers_and_setup_intents")]

    operations = [
        migrations.RemoveConstraint(model_name="payment", name="payment_one_source"),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            models.Q(("bank_account__isnull", False), ("card", None)),
                            models.Q(("bank_account", None), ("card__isnull", False)),
                            _connector="OR",
                        ),
                        models.Q(("rail__in", ["paypal"]), _negated=True),
                    ),
                    models.Q(("bank_account", None), ("card", None), ("rail__in", ["paypal"])),
                    _connector="OR",
                ),
                name="payment_one_source",
            ),
        ),
    ]
