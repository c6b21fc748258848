from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent / "sql"
UNDO = """
DROP TABLE ledger_entry;
DROP TRIGGER append_only ON ledger_allocation;
DROP TRIGGER append_only_truncate ON ledger_allocation;
DROP TRIGGER append_only ON ledger_transaction;
DROP TRIGGER append_only_truncate ON ledger_transaction;
DROP FUNCTION ledger_post(jsonb);
DROP FUNCTION ledger_stamp_transaction() CASCADE;
DROP FUNCTION ledger_check_at_commit() CASCADE;
DROP FUNCTION ledger_check_entries() CASCADE;
DROP FUNCTION ledger_check_transactions(bigint[]);
DROP FUNCTION ledger_guard_account() CASCADE;
DROP FUNCTION ledger_guard_new_account() CASCADE;
DROP FUNCTION ledger_check_allocations() CASCADE;
DROP FUNCTION ledger_guard_hold() CASCADE;
"""


class Migration(migrations.Migration):
    """Entries, the one way to post them, and the guards that judge the books."""

    dependencies = [("ledger", "0001_initial"), ("directpay", "0002_event_log")]
    operations = [
        migrations.RunSQL(
            (FOLDER / "journal.sql").read_text(encoding="utf-8") + (FOLDER / "allocation.sql").read_text(encoding="utf-8"), UNDO
        )
    ]
