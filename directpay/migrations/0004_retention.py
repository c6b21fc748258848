import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("directpay", "0003_cache"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["event_at"], name="delivery_event_at"),
        ),
    ]
