from pathlib import Path

from django.db import migrations

FUNCTIONS = (Path(__file__).parent / "sql" / "standing.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("leases", "0001_initial"), ("payments", "0005_standing"), ("ledger", "0008_items")]
    operations = [migrations.RunSQL(FUNCTIONS, "DROP FUNCTION leases_take_seat, leases_open_charges")]
