from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
INDEXED = "; ALTER FUNCTION leases_open_charges(bigint, bigint) SET enable_seqscan = off"  # as in 0016: replacing forgets it
OPEN_CHARGES = (SQL / "open_charges_of_returns.sql").read_text(encoding="utf-8")
BEFORE = (SQL / "open_charges_and_fees.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("leases", "0016_plans_by_index")]
    operations = [
        migrations.AddField("charge", "posted_for", models.CharField(blank=True, db_default="", default="", max_length=40)),
        migrations.AddField("deposit", "comes_back_since", models.DateTimeField(null=True)),
        migrations.RunSQL(OPEN_CHARGES.rstrip().rstrip(";") + INDEXED, BEFORE.rstrip().rstrip(";") + INDEXED),
    ]
