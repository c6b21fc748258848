"""Reads our own two tables: the chart of accounts and the worked rows, in the notation of BOOKS.md sections 2 and 3."""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
LEG = re.compile(r"(Dr|Cr) ([PL]\d{4}(?:/\w+)?(?:\.\w+)?) (\d+)$")
BALANCE = re.compile(r"([PL]\d{4}(?:/\w+)?(?:\.\w+)?) (-?\d+)$")
START = "new"
Code = str  # P1210/ach, L1500/bob, P1600.eur


@dataclass(frozen=True)
class Kind:
    """A line of the chart."""

    number: str
    name: str
    normal: int
    fund: str
    one_per: str
    floor: str
    by_item: bool
    mirror: str


@dataclass(frozen=True)
class Row:
    """A movement: its entries signed (debit +), its balances on the normal side."""

    name: str
    origin: str
    kind: str
    entries: tuple[tuple[Code, int], ...]
    after: tuple[tuple[Code, int], ...]


def _cells(text: str, columns: int, first: str) -> list[list[str]]:
    """Rows of that many cells whose first cell begins like `first`."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines()]
    return [row for row in rows if len(row) == columns and re.match(first, row[0])]


def read_chart() -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    text = (HERE / "chart.md").read_text(encoding="utf-8")
    for number, name, normal, fund, one_per, floor, kept, mirror in _cells(text, 8, r"[PL]\d{4}"):
        assert number not in found, f"{number} stands twice"
        found[number] = Kind(number, name, {"Dr": 1, "Cr": -1}[normal], fund, one_per, floor, kept == "item", mirror)
    return found


def read_rows() -> dict[str, Row]:
    found: dict[str, Row] = {}
    last = START
    for first, kind, _, in_p, in_l, after in _cells((HERE / "rows.md").read_text(encoding="utf-8"), 6, r"[A-Z]\d+\b"):
        name, _, origin = first.partition(" ← ")
        assert name not in found, f"{name} stands twice"
        origin = origin or last
        assert origin == START or origin in found, f"{name} comes from nowhere"
        found[name] = Row(name, origin, kind, (*_entries(in_p, "P"), *_entries(in_l, "L")), _balances(after))
        last = name
    return found


def _entries(cell: str, book: str) -> list[tuple[Code, int]]:
    legs = [] if cell == "·" else [LEG.match(piece) for piece in cell.split(", ")]
    assert all(leg and leg[2][0] == book for leg in legs), cell
    return [(leg[2], int(leg[3]) if leg[1] == "Dr" else -int(leg[3])) for leg in legs]


def _balances(cell: str) -> tuple[tuple[Code, int], ...]:
    shown = [BALANCE.match(piece) for piece in cell.split(", ")]
    assert all(shown), cell
    return tuple((one[1], int(one[2])) for one in shown)


CHART, ROWS = read_chart(), read_rows()


def chain_to(name: str) -> list[str]:
    """The row's ancestors from the start, and itself."""
    chain: list[str] = []
    while name != START:
        chain.insert(0, name)
        name = ROWS[name].origin
    return chain
