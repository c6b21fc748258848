from datetime import UTC, date, datetime, timedelta

from django.db import migrations

from directpay.kernel import clock

PARENTS = ("directpay_event", "ledger_entry")
MONTHS = """
SELECT c.relname, right(c.relname, 7) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = %s::regclass AND c.relname ~ '_\\d{4}_\\d\\d$' ORDER BY c.relname
"""
BEFORE, AHEAD = timedelta(days=31), timedelta(days=100)


def take_away(apps, schema_editor):
    """Months in which nothing stands, and that are over or far away: by the machine's time, and by the sandbox's clock. Those near stand."""
    times = clock.system_now(), clock.now()
    first, last = (min(times) - BEFORE).date().replace(day=1), (max(times) + AHEAD).date()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        for parent in PARENTS:
            for time in times:
                cursor.execute("SELECT directpay_make_partitions(%s::regclass, %s, %s)", [parent, time.date(), (time + AHEAD).date()])
            cursor.execute(MONTHS, [parent])
            far = [name for name, month in cursor.fetchall() if not first <= _day(month) <= last]
            for name in far:
                cursor.execute(f"SELECT EXISTS (SELECT FROM {name})")  # noqa: S608 a partition's own name
                if cursor.fetchone() == (False,):
                    cursor.execute(f"DROP TABLE {name}")


def _day(month: str) -> date:
    return datetime.strptime(month, "%Y_%m").replace(tzinfo=UTC).date()


class Migration(migrations.Migration):
    """The three years that the first migrations made give way to what is made ahead of need: every question about an account that is
    not bounded in time is planned over each month that there is. The version before makes a year of them again, which does no harm."""

    dependencies = [("directpay", "0011_customers"), ("ledger", "0010_items_by_index")]
    operations = [migrations.RunPython(take_away, migrations.RunPython.noop)]
