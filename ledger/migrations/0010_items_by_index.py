from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
FUNCTION = (SQL / "items_by_index.sql").read_text(encoding="utf-8")
BEFORE = (SQL / "items.sql").read_text(encoding="utf-8").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_lists")]
    operations = [migrations.RunSQL(FUNCTION, BEFORE)]
