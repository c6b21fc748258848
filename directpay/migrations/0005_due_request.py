from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directpay", "0004_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="due",
            name="request_id",
            field=models.CharField(db_default="", max_length=64),
        ),
    ]
