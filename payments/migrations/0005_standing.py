from pathlib import Path

from django.db import migrations

FUNCTIONS = (Path(__file__).parent / "sql" / "standing.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_payment_intents")]
    operations = [migrations.RunSQL(FUNCTIONS, "DROP FUNCTION payments_stand, payments_is_live")]
