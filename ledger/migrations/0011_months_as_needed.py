from datetime import UTC, date, datetime, timedelta

from django.db import migrations

from directpay.kernel import clock
from directpay.migrations._partitions import PARTITIONS

PARENTS = ("directpay_event", "ledger_entry")
BEFORE, AHEAD = timedelta(days=31), timedelta(days=100)


def as_needed(apps, schema_editor):
    """Take away the months in which nothing stands, and that are over or far away by the machine's time and by the sandbox's clock; see
    to it that those stand that are near."""
    times = clock.system_now(), clock.now()
    first, last = (min(times) - BEFORE).date().replace(day=1), (max(times) + AHEAD).date()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        for parent in PARENTS:
            for time in times:
                cursor.execute("SELECT directpay_make_partitions(%s::regclass, %s, %s)", [parent, time.date(), (time + AHEAD).date()])
            cursor.execute(PARTITIONS, [parent])
            far = [name for (name,) in cursor.fetchall() if not first <= _month(name) <= last]
            for name in far:
                cursor.execute(f"SELECT EXISTS (SELECT FROM {name})")  # noqa: S608 a partition's own name
                if cursor.fetchone() == (False,):
                    cursor.execute(f"DROP TABLE {name}")


def _month(partition: str) -> date:
    return datetime.strptime(partition[-7:], "%Y_%m").replace(tzinfo=UTC).date()


class Migration(migrations.Migration):
    """The three years that the first migrations made give way to what is made ahead of need: every question about an account that is
    not bounded in time is planned over each month that there is. The version before makes a year of them again, which does no harm."""

    dependencies = [("directpay", "0011_customers"), ("ledger", "0010_items_by_index")]
    operations = [migrations.RunPython(as_needed, migrations.RunPython.noop)]
