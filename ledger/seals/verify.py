"""Checks an exported log by itself: one file of Python 3.11, which needs neither DirectPay nor a database nor any other package.

    python verify.py EXPORT [--anchor FILE]

Says what it has checked and ends with status 0, or names the first broken row and ends with 1; 2 if a file cannot be read.
The format is in docs/seals.md. Memory is that of the accounts and holds, not of the rows. What it cannot see: what was cut off
after the last seal that the anchor names, and what was wrong before it was recorded.
"""

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

FORMAT = {"format": "directpay.log", "version": 1}
GENESIS = bytes(32)
HASHED = re.compile(rb'\{"hash":"([0-9a-f]{64})","(row|seal)":(\{.*\})\}\n', re.DOTALL)
PLAIN = re.compile(rb'\{"(tail|state|end)":(\{.*\})\}\n', re.DOTALL)
REVERSES = re.compile(rb'"reverses": (\d+)')
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
EARLIEST = "1970-01-01T00:00:00.000001Z"
LINE_BYTES = 64 * 1024 * 1024  # the longest line that is read
ENDS = ("hold.posted", "hold.released", "hold.expired")
ORDER = {"row": 1, "seal": 1, "tail": 2, "state": 3, "end": 4}


class Broken(Exception):
    """The first row that is not as it should be; `code` says what is wrong, in a word that stays."""

    def __init__(self, code: str, message: str, *, line: int = 0, kind: str = "", row_id: object = None) -> None:
        super().__init__(message)
        self.code, self.message, self.line, self.kind, self.row_id = code, message, line, kind, row_id

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        what = f"{self.kind} {self.row_id}: " if self.kind else ""
        return f"{where}{what}{self.message} [{self.code}]"


@dataclass(slots=True)
class Account:
    book: int
    in_payees_book: bool
    currency: str
    fund: str
    normal: int
    mirror: str
    balance: int = 0
    last_seq: int = 0
    last_at: str | None = None
    held: int = 0


@dataclass
class Report:
    """What an export holds."""

    seals: int = 0
    sealed: int = 0
    tail: int = 0
    anchored: int = 0  # the last seal that the anchor names
    head: str = GENESIS.hex()  # hash of the last seal
    kinds: dict[str, int] = field(default_factory=dict)
    months: set[str] = field(default_factory=set)  # in which something was recorded, as 2026-11
    sha256: str = ""  # of the whole file but its last line


class Books:
    """What the rows of the log add up to, taken one after another."""

    def __init__(self, report: Report, reversed_ids: set[int], now: str | None) -> None:
        self.report, self.reversed_ids, self.now = report, reversed_ids, now
        self.books: dict[int, str] = {}
        self.accounts: dict[int, Account] = {}
        self.originals: dict[int, dict[tuple[int, Any], int]] = {}  # what was reversed, by account and item
        self.waiting: dict[str, tuple[int, int, int]] = {}  # holds that no event has ended, by name: id, account, amount
        self.holds: dict[int, bytes] = {}  # of each, a digest of what must stand

    def take(self, row: dict[str, Any]) -> None:
        kind = row["kind"]
        if row.get("missing"):
            raise Broken("row_missing", "it was sealed, and is not there any more")
        self._once("twice" in row)
        if kind == "book":
            self._once(row["id"] in self.books)
            self.books[row["id"]] = row["type"]
        elif kind == "account":
            self._account(row)
        elif kind == "transaction":
            self._transaction(row)
        elif kind == "allocation":
            self.account(row["account"])
        elif kind == "hold":
            self._place_hold(row)
        elif kind == "event" and row["version"] == 2 and row["type"] in ENDS:
            self._end_hold(row)
        elif kind != "event":
            raise Broken("kind_unknown", "a kind of row that is not known")
        self._moment(row.get("at") or row["created_at"])
        if kind in ("transaction", "event"):
            self.report.months.add(row["at"][:7])
        self.report.kinds[kind] = self.report.kinds.get(kind, 0) + 1

    def account(self, account_id: int) -> Account:
        if account_id not in self.accounts:
            raise Broken("account_unknown", f"account {account_id} has not been opened before it")
        return self.accounts[account_id]

    def _once(self, standing: bool) -> None:
        if standing:
            raise Broken("row_twice", "it stands in the log twice")

    def _account(self, row: dict[str, Any]) -> None:
        self._once(row["id"] in self.accounts)
        if row["book"] not in self.books:
            raise Broken("book_unknown", f"book {row['book']} has not been opened before it")
        payees = self.books[row["book"]] == "L"
        self.accounts[row["id"]] = Account(row["book"], payees, row["currency"], row["fund"], row["normal"], row["mirror"])

    def _moment(self, at: str) -> None:
        if not INSTANT.fullmatch(at) or at < EARLIEST:
            raise Broken("at_out_of_range", f"the instant {at} is before the first of all or none")
        if self.now is not None and at > self.now:
            raise Broken("at_in_the_future", f"{at} is after {self.now}: nothing is recorded in the future")

    def _transaction(self, row: dict[str, Any]) -> None:
        entries = row["entries"] or []
        if len(entries) < 2:
            raise Broken("too_few_legs", f"at least two entries were expected, found {len(entries)}")
        sums: dict[tuple, int] = {}
        for leg, entry in enumerate(entries, 1):
            self._entry(row, entry, leg, sums)
        for of, total in sums.items():
            if total:
                raise Broken("unbalanced", f"its entries add up to {total} instead of 0 in {' '.join(map(str, of))}")
        self._reversal(row, entries)

    def _entry(self, row: dict[str, Any], entry: dict[str, Any], leg: int, sums: dict[tuple, int]) -> None:
        name, account, amount = f"entry {entry['id']}", self.account(entry["account"]), entry["amount"]
        if entry["leg"] != leg:
            raise Broken("leg_missing", f"{name}: leg {leg} was expected, found {entry['leg']}")
        if type(amount) is not int or amount == 0:
            raise Broken("amount_invalid", f"{name}: a whole number other than 0 was expected, found {amount}")
        if (entry["book"], entry["currency"], entry["fund"]) != (account.book, account.currency, account.fund):
            raise Broken("entry_contradicts", f"{name}: it does not have the book, currency and fund of account {entry['account']}")
        if entry["seq"] != account.last_seq + 1:
            raise Broken("seq_gap", f"{name}: seq {account.last_seq + 1} of account {entry['account']} was expected, found {entry['seq']}")
        if entry["after"] != account.balance + amount:
            raise Broken("balance_wrong", f"{name}: a balance after of {account.balance + amount} was expected, found {entry['after']}")
        if account.last_at is not None and row["at"] < account.last_at:
            raise Broken("at_regresses", f"{name}: {row['at']}, and account {entry['account']} was moved at {account.last_at} already")
        account.last_seq, account.balance, account.last_at = entry["seq"], entry["after"], row["at"]
        for of in (
            ("book", account.book, account.currency),
            ("book", account.book, account.currency, "fund", account.fund) if account.in_payees_book else None,
            ("mirror", account.mirror, account.currency) if account.mirror else None,
        ):
            if of:
                sums[of] = sums.get(of, 0) + amount

    def _reversal(self, row: dict[str, Any], entries: list[dict[str, Any]]) -> None:
        if row["reverses"] is None and row["id"] not in self.reversed_ids:
            return
        moved: dict[tuple[int, Any], int] = {}
        for entry in entries:
            of = (entry["account"], entry["item"])
            moved[of] = moved.get(of, 0) + entry["amount"]
        if row["id"] in self.reversed_ids:
            self.originals[row["id"]] = moved
        if row["reverses"] is not None:
            original = self.originals.pop(row["reverses"], None)
            if original is None:
                raise Broken("reversal_differs", f"transaction {row['reverses']} is not before it, or is reversed already")
            if {of: -amount for of, amount in original.items() if amount} != {of: amount for of, amount in moved.items() if amount}:
                raise Broken("reversal_differs", f"it is not the exact opposite of transaction {row['reverses']}")

    def _place_hold(self, row: dict[str, Any]) -> None:
        self._once(row["id"] in self.holds or row["public_id"] in self.waiting)
        self.waiting[row["public_id"]] = hold = row["id"], row["account"], row["amount"]
        self._stands(*hold, "pending", 0, None, times=1)

    def _end_hold(self, row: dict[str, Any]) -> None:
        if row["object_id"] not in self.waiting:
            raise Broken("hold_not_pending", f"it ends hold {row['object_id']}, which does not wait")
        hold = self.waiting.pop(row["object_id"])
        state, posted = row["data"]["state"], row["data"]["posted"]
        within = type(posted) is int and 0 <= posted <= abs(hold[2]) and (posted > 0) == (state == "posted")
        if row["type"] != f"hold.{state}" or not within:
            raise Broken("hold_end_invalid", f"hold {hold[0]} of {hold[2]} does not end as {state} with {posted} posted")
        self._stands(*hold, state, posted, row["at"], times=-1)

    def _stands(self, row_id: int, account_id: int, amount: int, *state: object, times: int) -> None:
        """What stands of a hold from now on; one that would raise its account holds nothing."""
        account = self.account(account_id)
        if account.normal * amount < 0:
            account.held += times * abs(amount)
        self.holds[row_id] = digest_of(row_id, account_id, amount, *state)

    def compare(self, state: dict[str, Any]) -> None:
        """What stands of a hold or on an account is what the rows say, and is said once."""
        if state["kind"] not in ("hold", "account"):
            raise Broken("kind_unknown", "neither a hold nor an account")
        known: dict[int, Any] = self.holds if state["kind"] == "hold" else self.accounts
        expected = known.pop(state["id"], None)
        if expected is None:
            raise Broken("state_unknown", "it is not in the log, or was said already")
        if state["kind"] == "hold":
            if digest_of(*(state[name] for name in ("id", "account", "amount", "state", "posted", "resolved_at"))) != expected:
                raise Broken("state_differs", "its row, and the event that ended it, say otherwise")
            return
        for name in ("balance", "last_seq", "last_at", "held"):
            if state[name] != getattr(expected, name):
                raise Broken("state_differs", f"{name} {getattr(expected, name)} was expected of its rows, found {state[name]}")

    def end_states(self) -> None:
        for kind, left in (("hold", self.holds), ("account", self.accounts)):
            for row_id in left:
                raise Broken("state_missing", "nothing is said of how it stands", kind=kind, row_id=row_id)


class Chain:
    """The links, one after another, beside what the anchor says of them."""

    def __init__(self, report: Report, anchor: dict[int, str]) -> None:
        self.report, self.anchor = report, anchor
        self.seal = self.head = GENESIS
        self.rows: list[tuple[str, int] | None] = [None, None]  # first and last since the last seal
        self.count = 0

    def take_row(self, written: bytes, canonical: bytes, row: dict[str, Any]) -> None:
        self.head = hashlib.sha256(self.head + canonical).digest()
        if self.head.hex().encode() != written:
            raise Broken("row_changed", f"it is not what was sealed: hash {written.decode()} was expected, found {self.head.hex()}")
        self.rows = [self.rows[0] or (row["kind"], row["id"]), (row["kind"], row["id"])]
        self.count += 1

    def take_seal(self, written: bytes, canonical: bytes, seal: dict[str, Any]) -> None:
        number, found = self.report.seals + 1, hashlib.sha256(canonical).digest()
        if not self.count:
            raise Broken("seal_changed", "a seal covers at least one row")
        first, last = (list(of or ("", 0)) for of in self.rows)
        for name, is_, expected in (
            ("number", seal["id"], number),
            ("hash", written.decode(), found.hex()),
            ("hash of the seal before", seal["previous"], self.seal.hex()),
            ("number of rows", seal["rows"], self.count),
            ("last place", seal["through"], self.report.sealed + self.count),
            ("first row", [seal["first_kind"], seal["first_id"]], first),
            ("last row", [seal["last_kind"], seal["last_id"]], last),
            ("hash of the last row", seal["head"], self.head.hex()),
            ("hash in the anchor", found.hex(), self.anchor.get(number, found.hex())),
        ):
            if is_ != expected:
                code = "anchor_differs" if "anchor" in name else "seal_missing" if name == "number" else "seal_changed"
                raise Broken(code, f"{name} {expected} was expected, found {is_}")
        self.report.seals, self.report.head = number, found.hex()
        self.report.sealed += self.count
        self.seal = self.head = found
        self.rows, self.count = [None, None], 0

    def end_rows(self) -> None:
        """After the last sealed row."""
        if self.count:
            raise Broken("seal_missing", f"{self.count} rows have no seal", kind="seal", row_id=self.report.seals + 1)
        if self.anchor and max(self.anchor) > self.report.seals:
            message = f"the anchor knows seals up to {max(self.anchor)}: the log has been cut off"
            raise Broken("tail_cut", message, kind="seal", row_id=self.report.seals + 1)
        self.report.anchored = max(self.anchor, default=0)


def verify(path: Path, *, anchor: Path | None = None, now: str | None = None) -> Report:
    """Read the export twice (which transactions are reversed, then everything). Raises Broken for the first broken row.

    With `now` (an instant as the log writes it) rows after it are refused too.
    """
    report = Report()
    reversed_ids = {int(found) for line, _ in lines_of(path) for found in REVERSES.findall(line)}
    books, chain = Books(report, reversed_ids, now), Chain(report, read_anchor(anchor) if anchor else {})
    place, reached = 0, 1
    row: dict[str, Any] = {}
    try:
        for line, digest in lines_of(path):
            place, row = place + 1, {}
            if place == 1:
                if json.loads(line) != FORMAT:
                    raise Broken("format_unknown", f"a first line of {json.dumps(FORMAT)} was expected")
                continue
            what, written, canonical = split_line(line)
            row = json.loads(canonical)
            if ORDER[what] < reached or reached == ORDER["end"]:
                raise Broken("order_wrong", f"a line of {what} does not stand here")
            if reached == 1 < ORDER[what]:
                chain.end_rows()
            reached = ORDER[what]
            if what == "row":
                chain.take_row(written, canonical, row)
                books.take(row)
            elif what == "seal":
                chain.take_seal(written, canonical, row)
            elif what == "tail":
                books.take(row)
                report.tail += 1
            elif what == "state":
                books.compare(row)
            elif row != {"lines": place - 1, "sha256": digest}:
                raise Broken("file_changed", f"{place - 1} lines of digest {digest} were expected")
            else:
                books.end_states()
                report.sha256 = digest
    except Broken as error:
        error.line, error.kind, error.row_id = error.line or place, error.kind or row.get("kind", ""), error.row_id or row.get("id")
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        of = row if isinstance(row, dict) else {}
        message, kind, row_id = f"not a row of the log: {error!r}", str(of.get("kind", "")), str(of.get("id", ""))
        raise Broken("line_unreadable", message, line=place, kind=kind, row_id=row_id) from error
    if reached != ORDER["end"]:
        raise Broken("file_cut", "the file ends before its last line", line=place)
    return report


def digest_of(*values: object) -> bytes:
    return hashlib.sha256(repr(values).encode()).digest()


def split_line(line: bytes) -> tuple[str, bytes, bytes]:
    """What a line is, the hash that it names, and the canonical bytes of its row."""
    found = HASHED.fullmatch(line)
    if found:
        return found[2].decode(), found[1], found[3]
    found = PLAIN.fullmatch(line)
    if found is None:
        raise Broken("line_unreadable", "neither a row nor a seal")
    return found[1].decode(), b"", found[2]


def lines_of(path: Path) -> Iterator[tuple[bytes, str]]:
    """Each line, and the digest of all lines before it (asked for at the last alone, hence as late as possible)."""
    digest = hashlib.sha256()
    with opened(path) as file:
        try:
            while line := file.readline(LINE_BYTES):
                yield line, digest.hexdigest() if line.startswith(b'{"end"') else ""
                digest.update(line)
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise Broken("file_cut", f"the file cannot be read to its end: {error}") from error


def opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def read_anchor(path: Path) -> dict[int, str]:
    """Number of a seal → its hash, from lines ``number hash rows time``, at least one. Raises Broken."""
    known: dict[int, str] = {}
    for place, line in enumerate(path.read_text(encoding="ascii", errors="replace").splitlines(), 1):
        found = re.fullmatch(r"(\d+) ([0-9a-f]{64}) \d+ \S+", line)
        if found is None or int(found[1]) != max(known, default=0) + 1:
            raise Broken("anchor_unreadable", f"line {place} of {path} is not that of the next seal")
        known[int(found[1])] = found[2]
    if not known:
        raise Broken("anchor_empty", f"{path} names no seal")
    return known


def reach(anchored: int, seals: int) -> str:
    """How far what was found can be relied upon."""
    unanchored = "without an anchor a chain that was computed anew, or cut off at its end, is not noticed"
    return f"anchored through seal {anchored} of {seals}" if anchored else unanchored


def main() -> int:
    parser = argparse.ArgumentParser(description="Check an exported log of DirectPay; exit status 1 if a row is broken.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--anchor", type=Path, help="the file that was kept elsewhere")
    given = parser.parse_args()
    try:
        report = verify(given.export, anchor=given.anchor)
    except Broken as error:
        sys.stdout.write(f"BROKEN {error}\n")
        return 1
    except OSError as error:
        sys.stdout.write(f"cannot be read: {error}\n")
        return 2
    rows = ", ".join(f"{count} {kind}" for kind, count in report.kinds.items()) or "no rows"
    sys.stdout.write(
        f"ok: {report.seals} seals over {report.sealed} rows, {report.tail} rows not sealed yet ({rows})\nhead {report.head}\n"
        f"{reach(report.anchored, report.seals)}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
