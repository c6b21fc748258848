"""Each thing that may be done to a sealed log, and the row that is named for it: in the database and in an export alike."""

import re
from pathlib import Path

import pytest

from ledger.journal.models import Entry, Transaction
from ledger.seals.actions import append_anchor, export_log, seal_all
from ledger.seals.check import check_log
from ledger.seals.models import Leaf
from ledger.seals.queries import one_snapshot
from ledger.seals.verify import Broken, read_anchor, verify
from tests.ledger.seals.conftest import AT, alone, history, place_of, rewritten

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sealed(b) -> None:
    """Two seals: what conftest tells, and a second time the same."""
    seal_all(at=AT)
    history(b, "b")
    seal_all(at=AT)


def found(anchor: Path | None = None) -> tuple[str, str, object]:
    with pytest.raises(Broken) as caught, one_snapshot():
        check_log(read_anchor(anchor) if anchor else None)
    return caught.value.code, caught.value.kind, caught.value.row_id


def of(reference: str) -> tuple[Transaction, Entry]:
    row = Transaction.objects.get(reference=reference)
    return row, row.entries.order_by("leg")[0]


def test_it_works(sealed):
    with one_snapshot():
        checked = check_log()
    assert (checked.seals, checked.rows) == (2, Leaf.objects.count())


CHANGES = {
    "amount": "UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE id = {entry}",
    "entry deleted": "DELETE FROM ledger_entry WHERE id = {entry}",
    "entry's day": "UPDATE ledger_entry SET effective_on = effective_on - 1 WHERE id = {entry}",
    "day": "UPDATE ledger_transaction SET effective_on = effective_on - 1 WHERE id = {id}",
    "reference": "UPDATE ledger_transaction SET reference = 'other' WHERE id = {id}",
    "entry added": """INSERT INTO ledger_entry (transaction_id, leg, account_id, book_id, currency, fund, amount_minor, balance_after, seq,
        effective_on, at) SELECT transaction_id, 9, account_id, book_id, currency, fund, 1, 1, 99, effective_on, at
        FROM ledger_entry WHERE id = {entry}""",
}


@pytest.mark.parametrize("change", CHANGES)
def test_names_the_transaction_that_was_changed(sealed, tamper, tmp_path, change):
    row, entry = of("paid:b")
    tamper(CHANGES[change].format(id=row.id, entry=entry.id))
    assert found() == ("row_changed", "transaction", row.id)
    export_log(tmp_path / "log.jsonl")
    status, said = alone(tmp_path / "log.jsonl")
    assert status == 1
    assert f"transaction {row.id}: " in said
    assert said.endswith("[row_changed]\n")


def test_names_an_entry_slipped_in_at_another_moment(sealed, tamper):
    _, entry = of("paid:b")
    tamper(CHANGES["entry added"].format(entry=entry.id).replace("effective_on, at\n", "effective_on, at + interval '1 day'\n"))
    assert found() == ("entry_added", "entry", Entry.objects.order_by("-id")[0].id)


def test_names_a_transaction_that_was_removed(sealed, tamper, tmp_path):
    row, _ = of("capital:a")
    tamper(f"DELETE FROM ledger_entry WHERE transaction_id = {row.id}", f"DELETE FROM ledger_transaction WHERE id = {row.id}")
    assert found() == ("row_missing", "transaction", row.id)
    export_log(tmp_path / "log.jsonl")
    assert f"transaction {row.id}: " in alone(tmp_path / "log.jsonl")[1]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE directpay_event SET data = data || '{{\"rate\": 1.2}}' WHERE id = {id}", "event"),
        ("UPDATE directpay_event SET actor = 'somebody' WHERE id = {id}", "event"),
        ("UPDATE ledger_account SET floor = 'any', fund = 'own' WHERE id = {id}", "account"),
        ("UPDATE ledger_book SET subject = 'py_2' WHERE id = {id}", "book"),
        ("UPDATE ledger_hold SET amount_minor = -1 WHERE id = {id}", "hold"),
        ("UPDATE ledger_allocation SET amount_minor = 1 WHERE id = {id}", "allocation"),
    ],
)
def test_names_any_other_row_that_was_changed(sealed, tamper, statement, kind):
    tamper(statement.format(id=1))
    assert found() == ("row_changed", kind, 1)


def test_leaves_alone_what_may_change(sealed, tamper):
    tamper("UPDATE ledger_account SET accepts_payments = true, closed_at = created_at")
    with one_snapshot():
        check_log()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ledger_leaf SET hash = sha256('x') WHERE id = 5", ("leaf_changed", "leaf", 5)),
        (
            "UPDATE ledger_leaf SET hash = sha256('x') WHERE id = (SELECT through FROM ledger_seal WHERE id = 1)",
            ("leaf_changed", "leaf", None),
        ),
        ("DELETE FROM ledger_leaf WHERE id = 5", ("leaf_missing", "leaf", 5)),
        ("DELETE FROM ledger_leaf WHERE id = (SELECT max(id) FROM ledger_leaf)", ("leaf_missing", "leaf", None)),
        ("INSERT INTO ledger_leaf VALUES (999, 3, 999, 'x')", ("leaf_added", "leaf", 999)),
        ("UPDATE ledger_seal SET at = at + interval '1 second' WHERE id = 1", ("seal_changed", "seal", 1)),
        ("UPDATE ledger_seal SET hash = sha256('x') WHERE id = 1", ("seal_changed", "seal", 1)),
        ("DELETE FROM ledger_seal WHERE id = 1", ("seal_missing", "seal", 1)),
        ("DELETE FROM ledger_seal WHERE id = 2", ("leaf_added", "leaf", None)),
        ("UPDATE ledger_transaction SET created_xid = 1 + (1::bigint << 40) WHERE id = 2", ("row_added", "transaction", 2)),
    ],
)
def test_names_the_leaf_or_seal_that_was_changed(sealed, tamper, statement, named):
    tamper(statement)
    code, kind, row_id = found()
    assert (code, kind, row_id if named[2] else None) == named


def test_names_rows_in_another_order(sealed, tamper):
    tamper(
        "UPDATE ledger_leaf SET row_id = -1 WHERE kind = 3 AND row_id = 2",
        "UPDATE ledger_leaf SET row_id = 2 WHERE kind = 3 AND row_id = 1",
        "UPDATE ledger_leaf SET row_id = 1 WHERE kind = 3 AND row_id = -1",
    )
    assert found() == ("row_changed", "transaction", 2)


def test_names_a_row_that_claims_to_be_older_than_a_seal(sealed, tamper):
    tamper("INSERT INTO ledger_book (kind, subject, created_at, created_xid) VALUES ('L', 'py_9', '2026-11-02', 3)")
    assert found()[:2] == ("row_added", "book")


def forget_last_seal(tamper) -> None:
    tamper(
        "DELETE FROM ledger_leaf WHERE id > (SELECT through FROM ledger_seal WHERE id = 1)",
        "DELETE FROM ledger_seal WHERE id = 2",
    )


def test_a_tail_that_was_cut_off_is_found_with_the_anchor_alone(sealed, tamper, tmp_path):
    append_anchor(tmp_path / "anchor")
    forget_last_seal(tamper)
    with one_snapshot():
        assert check_log().seals == 1
    assert found(tmp_path / "anchor") == ("tail_cut", "seal", 2)
    export_log(tmp_path / "log.jsonl")
    assert alone(tmp_path / "log.jsonl")[0] == 0
    assert "seal 2: the anchor knows seals up to 2" in alone(tmp_path / "log.jsonl", "--anchor", str(tmp_path / "anchor"))[1]


def test_a_chain_computed_anew_is_found_with_the_anchor_alone(sealed, tamper, tmp_path):
    append_anchor(tmp_path / "anchor")
    forget_last_seal(tamper)
    tamper("UPDATE directpay_event SET actor = 'somebody' WHERE id = (SELECT max(id) FROM directpay_event)")
    seal_all(at=AT)
    with one_snapshot():
        assert check_log().seals == 2
    assert found(tmp_path / "anchor") == ("anchor_differs", "seal", 2)
    export_log(tmp_path / "log.jsonl")
    assert verify(tmp_path / "log.jsonl").seals == 2
    assert alone(tmp_path / "log.jsonl", "--anchor", str(tmp_path / "anchor"))[1].endswith("[anchor_differs]\n")


EXPORTS = {
    "two lines swapped": (lambda x, n: [*x[:n], x[n + 1], x[n], *x[n + 2 :]], "row_changed", 0),
    "a line removed": (lambda x, n: [*x[:n], *x[n + 1 :]], "row_changed", 0),
    "a line twice": (lambda x, n: [*x[:n], x[n], *x[n:]], "row_changed", 1),
    "an amount": (lambda x, n: [*x[:n], x[n].replace(b"60000", b"60001"), *x[n + 1 :]], "row_changed", 0),
    "a space": (lambda x, n: [*x[:n], x[n].replace(b'"kind": ', b'"kind":'), *x[n + 1 :]], "row_changed", 0),
    "a line of something else": (lambda x, n: [*x[:n], b"{}\n", *x[n + 1 :]], "line_unreadable", 0),
    "all seals cut off": (lambda x, n: [line for line in x if b'"seal":' not in line], "row_changed", None),
    "what is sealed called a tail": (lambda x, n: [re.sub(rb'"hash":"\w+","row"', b'"tail"', y) for y in x], "order_wrong", None),
    "a balance": (lambda x, n: [y.replace(b'"balance": 10000', b'"balance": 10001') for y in x], "state_differs", None),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_that_was_changed_names_the_line(sealed, tmp_path, name):
    change, code, offset = EXPORTS[name]
    export_log(tmp_path / "log.jsonl")
    lines = (tmp_path / "log.jsonl").read_bytes().splitlines(keepends=True)
    place = place_of(lines, b'"reference": "paid:a"')
    with pytest.raises(Broken) as caught:
        verify(rewritten(tmp_path / "log.jsonl", lambda x: change(x, place)))
    assert caught.value.code == code
    if offset is not None:
        assert caught.value.line == place + 1 + offset


def test_an_export_that_is_cut_or_damaged_is_found_by_its_last_line(sealed, tmp_path):
    path = tmp_path / "log.jsonl"
    export_log(path)
    whole = path.read_bytes()
    for damaged, code in ((whole[:-40], "line_unreadable"), (whole[: whole.rindex(b'{"end"')], "file_cut")):
        path.write_bytes(damaged)
        with pytest.raises(Broken) as caught:
            verify(path)
        assert caught.value.code == code
    packed = tmp_path / "log.jsonl.gz"
    export_log(packed)
    assert verify(packed).seals == 2
    packed.write_bytes(packed.read_bytes()[:-500])
    with pytest.raises(Broken) as caught:
        verify(packed)
    assert caught.value.code == "file_cut"


def test_the_verifier_says_what_it_cannot_read(sealed, tmp_path):
    export_log(tmp_path / "log.jsonl")
    assert alone(tmp_path / "nothing")[0] == 2
    assert alone(tmp_path / "log.jsonl", "--anchor", str(tmp_path / "nothing"))[0] == 2
    (tmp_path / "anchor").write_bytes(b"2 \xff\n")
    assert alone(tmp_path / "log.jsonl", "--anchor", str(tmp_path / "anchor"))[1].endswith("[anchor_unreadable]\n")
    (tmp_path / "log.jsonl").write_bytes(b'{"format": "something else"}\n')
    assert alone(tmp_path / "log.jsonl")[1].endswith("[format_unknown]\n")


def test_the_runtime_role_cannot_change_a_seal(sealed, runtime_url):
    import psycopg

    for statement in ("UPDATE ledger_seal SET rows = 1", "DELETE FROM ledger_leaf", "TRUNCATE ledger_leaf"):
        with psycopg.connect(runtime_url) as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute(statement)
    follow = """INSERT INTO ledger_seal SELECT 3, 1000, 1, 3, 1000, 3, 1000, 'x', at, snapshot, complete, hash, 'x', watermark_id
                FROM ledger_seal WHERE id = 2"""
    with psycopg.connect(runtime_url) as link:
        link.execute("INSERT INTO ledger_leaf VALUES (1000, 3, 1000, 'x')")
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="does not follow"):
            link.execute(follow)
