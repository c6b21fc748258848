from django.db import migrations

STAND = "payments_stand(bigint, bigint, text)"


class Migration(migrations.Migration):
    """As of leases/0016: the plan must not be one for an empty table."""

    dependencies = [("payments", "0010_refunds")]
    operations = [
        migrations.RunSQL(f"ALTER FUNCTION {STAND} SET enable_seqscan = off", f"ALTER FUNCTION {STAND} RESET enable_seqscan"),
    ]
