"""What stands beside the log is built anew from it, byte for byte."""

import io

import pytest
from django.core.management import call_command

from ledger.journal.models import Account
from ledger.seals.actions import replay_log, seal_all
from ledger.seals.actions.replay import LogBroken, digest_of
from ledger.seals.projections import ACCOUNTS, LEDGER, Projection, register_projections
from tests.ledger.seals.conftest import AT, owner

pytestmark = pytest.mark.django_db(transaction=True)
DAMAGE = (
    "UPDATE ledger_account SET balance_minor = balance_minor + 7 WHERE number = 'P4110'",
    "UPDATE ledger_account SET last_seq = 99, last_at = NULL WHERE number = 'L4100'",
    "UPDATE ledger_account SET held_minor = 0 WHERE number = 'P1110'",
)


def replay(**how: bool) -> dict:
    with owner():
        return {replayed.name: replayed for replayed in replay_log(**how)}


def test_it_works(b):
    told = replay()
    assert {"accounts", "holds", "checkpoints", "payments"} <= set(told)
    assert [(r.name, r.differences) for r in told.values() if not r.equal] == []
    assert (told["accounts"].rows, told["holds"].rows) == (9, 2)


def test_what_was_damaged_is_built_as_it_was(b, tamper):
    seal_all(at=AT)
    before = digest_of(ACCOUNTS.standing)[1]
    tamper(*DAMAGE)
    told = replay()
    assert not told["accounts"].equal
    assert len(told["accounts"].differences) == 3
    assert told["accounts"].derived_sha256 == before
    assert digest_of(ACCOUNTS.standing)[1] != before
    assert replay(apply=True)["accounts"].rewritten == 3
    assert digest_of(ACCOUNTS.standing)[1] == before
    assert replay()["accounts"].equal


def test_nothing_is_rewritten_from_a_log_that_was_changed(b, tamper):
    seal_all(at=AT)
    tamper(DAMAGE[0], "UPDATE ledger_entry SET amount_minor = amount_minor + 7 WHERE id = 1")
    broken = Account.objects.get(number="P4110").balance_minor
    with pytest.raises(LogBroken):
        replay(apply=True)
    assert Account.objects.get(number="P4110").balance_minor == broken


def test_checkpoints_are_summed_anew(b, superuser):
    row = "INSERT INTO ledger_checkpoint (account_id, through_seq, through_at, effective_on, total_minor) VALUES (%s, 2, %s, %s, %s)"
    superuser.execute(row, [b.bob.id, AT, AT.date(), 90_000])
    assert replay()["checkpoints"].equal
    superuser.execute(row.replace(", 2,", ", 1,"), [b.rent.id, AT, AT.date(), -1])
    assert len(replay()["checkpoints"].differences) == 1


def test_the_command_names_what_differs(b, tamper):
    tamper(DAMAGE[0], "UPDATE ledger_hold SET state = 'released', posted_minor = 0 WHERE state = 'posted'")
    said = io.StringIO()
    with owner(), pytest.raises(SystemExit) as ended:
        call_command("replay_log", stdout=said)
    assert ended.value.code == 1
    assert "accounts     DIFFERS" in said.getvalue()
    assert '"state": "released"' in said.getvalue()


def test_a_name_stands_for_one_projection():
    register_projections(*LEDGER)
    with pytest.raises(ValueError, match="twice"):
        register_projections(Projection("accounts", "SELECT 1", "SELECT 2"))
