"""A month of rent, sealed: checked by a stranger, built anew, and read into another installation."""

import pytest
from django.core.management import call_command
from django.db import connection

from directpay.kernel import clock
from directpay.ops.clock import set_clock
from ledger.journal.models import Account, Entry
from ledger.seals.actions import export_log, replay_log, seal_all
from ledger.seals.verify import verify
from payments.payins.models import Payment
from tests.ledger.seals.conftest import alone, owner
from tests.management.commands.flush import empty_database
from tests.services import database_name
from tests.world import DISPUTED, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def w() -> World:
    """Bob's payment has settled, Mia's came back from her bank, another is on its way."""
    w = World()
    mia, bobs, leased = w.person("mia", "renter"), w.account(w.bob), w.lease()
    w.until(w.pay(leased, "instant", 50_000, bobs), "settled")
    w.until(w.pay(w.lease(mia), "same_day_ach", source=w.account(mia, DISPUTED)), "returned")
    w.pay(leased, "ach", 60_000, bobs)
    return w


def test_it_works(w, tmp_path, superuser, capsys):
    log, anchor, again = tmp_path / "log.jsonl", tmp_path / "anchor", tmp_path / "again.jsonl"
    seal_all(at=clock.now(), limit=50)
    call_command("seal_books", anchor=anchor)
    call_command("export_log", log)
    call_command("verify_books", anchor=anchor)
    status, said = alone(log, "--anchor", str(anchor))
    assert status == 0, said
    with owner():
        told = {replayed.name: replayed for replayed in replay_log()}
    assert {name: replayed.differences for name, replayed in told.items() if not replayed.equal} == {}
    assert told["payments"].rows == Payment.objects.count() == 3
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("UPDATE payments_payment SET status = 'failed' WHERE status = 'returned'")
    with owner(), pytest.raises(SystemExit):
        call_command("replay_log")
    assert "payments     DIFFERS" in capsys.readouterr().out
    balances = dict(Account.objects.values_list("public_id", "balance_minor"))
    legs, moment = Entry.objects.count(), clock.now()
    connection.close()
    empty_database(database_name())
    set_clock(moment, frozen=True)
    with owner():
        call_command("import_log", log, anchor=anchor)
    export_log(again)
    assert again.read_bytes() == log.read_bytes()
    assert verify(again, anchor=anchor).kinds["transaction"] > 0
    assert dict(Account.objects.values_list("public_id", "balance_minor")) == balances
    assert Entry.objects.count() == legs
