from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
INDEXED = "; ALTER FUNCTION leases_stand_to_pay(bigint, bigint, text) SET enable_seqscan = off"  # as in 0016: replacing forgets it
POLICIES = (SQL / "money_that_came_back.sql").read_text(encoding="utf-8")
BEFORE = (SQL / "returns_past_the_lease.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("leases", "0020_returns_past_the_lease")]
    operations = [
        migrations.RunSQL(
            POLICIES.rstrip().rstrip(";") + INDEXED, BEFORE.rstrip().rstrip(";") + INDEXED + "; DROP FUNCTION leases_money_came_back"
        )
    ]
