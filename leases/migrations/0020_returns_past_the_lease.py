from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
INDEXED = "; ALTER FUNCTION leases_stand_to_pay(bigint, bigint, text) SET enable_seqscan = off"  # as in 0016: replacing forgets it
POLICIES = (SQL / "returns_past_the_lease.sql").read_text(encoding="utf-8")
BEFORE = (SQL / "payment_policies.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("leases", "0019_trust_accounts_replaced")]
    operations = [migrations.RunSQL(POLICIES.rstrip().rstrip(";") + INDEXED, BEFORE.rstrip().rstrip(";") + INDEXED)]
