from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent / "sql"
FILES = ("journal.sql", "post_before_limits.sql", "post.sql", "holds.sql", "allocation.sql")
UNDO = """
DROP TABLE ledger_entry;
DROP FUNCTION ledger_post, ledger_post_rest, ledger_refuse_accounts, ledger_reason, ledger_refuse, ledger_refuse_ahead;
DROP FUNCTION ledger_judge_entries, ledger_judge_transactions, ledger_guard_account, ledger_guard_closing, ledger_guard_new_account CASCADE;
DROP FUNCTION ledger_guard_hold, ledger_guard_new_hold, ledger_count_hold, ledger_check_allocations, ledger_code CASCADE;
DO $$ DECLARE t record; BEGIN
    FOR t IN SELECT tgname, tgrelid::regclass AS of FROM pg_trigger
             WHERE tgfoid = 'directpay_append_only'::regproc AND tgrelid::regclass::text LIKE 'ledger%' LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.of);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """Entries, the one way to post them, and the guards that judge the books."""

    dependencies = [("ledger", "0001_initial"), ("directpay", "0002_event_log")]
    operations = [migrations.RunSQL("\n".join((FOLDER / name).read_text(encoding="utf-8") for name in FILES), UNDO)]
