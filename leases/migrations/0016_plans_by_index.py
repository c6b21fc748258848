from django.db import migrations

# A session keeps the plan that these made when a month's partition or a table was empty: a scan of it, and it fills on rent day.
FUNCTIONS = ("leases_take_seat(bigint, bigint)", "leases_open_charges(bigint, bigint)", "leases_stand_to_pay(bigint, bigint, text)")


class Migration(migrations.Migration):
    dependencies = [("leases", "0015_overpayments"), ("ledger", "0010_items_by_index")]
    operations = [
        migrations.RunSQL(f"ALTER FUNCTION {name} SET enable_seqscan = off", f"ALTER FUNCTION {name} RESET enable_seqscan")
        for name in FUNCTIONS
    ]
