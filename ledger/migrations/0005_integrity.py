from django.db import migrations, models

# What was told is kept: no row is changed or removed, by anybody.
KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_check FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_check FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();
"""
UNDO = "DROP TRIGGER append_only ON ledger_check; DROP TRIGGER append_only_truncate ON ledger_check;"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=60)),
                ("holds", models.IntegerField()),
                ("broken", models.IntegerField()),
                ("not_applicable", models.IntegerField()),
                ("findings", models.JSONField()),
            ],
            options={
                "verbose_name": "check of the books",
                "verbose_name_plural": "checks of the books",
                "indexes": [models.Index(fields=["-at", "-id"], name="check_latest")],
            },
        ),
        migrations.RunSQL(KEPT, UNDO),
    ]
