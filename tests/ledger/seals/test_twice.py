"""Two events with one number: the key of a partitioned table has the moment in it, so that nothing but this forbids the second."""

import psycopg
import pytest
from django.core.management import CommandError, call_command

from directpay.events.models import Event
from ledger.seals.actions import export_log, seal_all
from ledger.seals.check import check_log
from ledger.seals.queries import one_snapshot
from ledger.seals.verify import Broken, verify
from tests.ledger.seals.conftest import AT, alone, history

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = """INSERT INTO directpay_event (id, public_id, type, object_id, version, at, actor, request_id, account_ids, data)
    OVERRIDING SYSTEM VALUE SELECT id, 'evt_second', type, object_id, version, at + interval '{after}', 'system', '', account_ids, '{{}}'
    FROM directpay_event WHERE id = {id}"""
AFTERS = ("-1 month", "1 month", "1 microsecond")


def odd(name: str = "a") -> int:
    return Event.objects.get(object_id=f"odd_{name}").id


def found() -> tuple[str, str, object]:
    with pytest.raises(Broken) as caught, one_snapshot():
        check_log()
    return caught.value.code, caught.value.kind, caught.value.row_id


@pytest.mark.parametrize("after", AFTERS)
def test_the_second_of_a_sealed_event_is_named(b, tamper, tmp_path, after):
    seal_all(at=AT)
    sealed = odd()
    tamper(SECOND.format(id=sealed, after=after))
    assert found() == ("row_twice", "event", sealed)
    assert seal_all(at=AT) == []
    export_log(tmp_path / "log.jsonl")
    status, said = alone(tmp_path / "log.jsonl")
    assert (status, f"event {sealed}: " in said) == (1, True)


@pytest.mark.parametrize("after", AFTERS)
def test_the_second_of_one_that_is_not_sealed_yet_is_named_and_neither_is_sealed(b, tamper, tmp_path, after):
    seal_all(at=AT)
    history(b, "b")
    newest = odd("b")
    tamper(SECOND.format(id=newest, after=after))
    assert found() == ("row_twice", "event", newest)
    with pytest.raises(Broken, match="stands twice"):
        seal_all(at=AT)
    with pytest.raises(CommandError, match="row_twice"):
        call_command("seal_books")
    export_log(tmp_path / "log.jsonl")
    with pytest.raises(Broken) as caught:
        verify(tmp_path / "log.jsonl")
    assert (caught.value.code, caught.value.kind, caught.value.row_id) == ("row_twice", "event", newest)


def test_the_runtime_role_can_give_no_event_a_number_nor_a_transaction(b, runtime_url):
    seal_all(at=AT)
    older = (
        SECOND.format(id=odd(), after="1 month")
        .replace("SELECT id,", "SELECT 3,")
        .replace("(id,", "(created_xid,")
        .replace("OVERRIDING SYSTEM VALUE", "")
    )
    for statement in (SECOND.format(id=odd(), after="1 month"), older):
        with psycopg.connect(runtime_url) as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute(statement)
    with one_snapshot():
        check_log()
    history(b, "b")  # and yet it records
