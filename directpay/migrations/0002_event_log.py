from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "events.sql").read_text(encoding="utf-8")
UNDO = """
DROP TABLE directpay_event;
DROP FUNCTION directpay_make_partitions(regclass, date, date);
DROP FUNCTION directpay_append_only();
"""


class Migration(migrations.Migration):
    """The event log, its partitions and its guards."""

    dependencies = [("directpay", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
