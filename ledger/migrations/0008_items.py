from pathlib import Path

from django.db import migrations

FUNCTIONS = (Path(__file__).parent / "sql" / "items.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_limits")]
    operations = [migrations.RunSQL(FUNCTIONS, "DROP FUNCTION ledger_items")]
