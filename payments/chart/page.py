"""The chart of accounts and the posting kinds as a page of the docs, printed from what the rooms registered."""

from collections.abc import Iterable

from ledger.journal.kinds import DEBIT, KINDS, MAY_OVERDRAW, AccountKind
from payments.chart.drafts import POSTING_KINDS, PostingKind
from payments.chart.owners import OWNERS

HEAD = """# Chart of accounts
Printed from the registry by `python manage.py chart_of_accounts > docs/chart-of-accounts.md`; a test compares. Do not edit.

A kind of account is registered by the room that posts to it, or by `payments.chart` where several do. One per is always also per
currency. **Floor** 0: the database refuses less. *kinds*: less only by {kinds}. *any*: both signs are ordinary.
**Mirror**: accounts of one group move by the same sum in the platform's book and in the payee's. **By item**: every entry names what it
opens or closes, and each item ends at 0.
"""
BOOKS = {"P": "P, the platform's book", "L": "L, the book of one payee"}
COLUMNS = ["no.", "account", "normal", "fund", "one per", "floor", "mirror", "by item", "registered by", "meaning"]
KIND_COLUMNS = ["kind", "builder", "rows", "what it posts"]


def page() -> str:
    """Markdown. The rows are those of the worked books, `tests/books/rows.md`."""
    parts = [HEAD.format(kinds=", ".join(f"`{kind}`" for kind in sorted(MAY_OVERDRAW)))]
    for letter, title in BOOKS.items():
        kinds = [KINDS[number] for number in sorted(KINDS) if number[0] == letter]
        parts.append(f"## {title}\n{_table(COLUMNS, map(_account, kinds))}")
    declared = sorted(POSTING_KINDS, key=lambda kind: (kind.kind, kind.room, kind.name))
    parts.append(f"## Posting kinds\nRows: `tests/books/rows.md`.\n\n{_table(KIND_COLUMNS, map(_posting, declared))}")
    return "\n".join(parts)


def _account(kind: AccountKind) -> list[str]:
    return [
        kind.number,
        kind.name,
        "Dr" if kind.normal == DEBIT else "Cr",
        kind.fund,
        kind.one_per,
        "0" if kind.floor == "zero" else kind.floor,
        kind.mirror,
        "yes" if kind.by_item else "",
        f"`{OWNERS.get(kind.number, '')}`",
        kind.meaning,
    ]


def _posting(kind: PostingKind) -> list[str]:
    return [f"`{kind.kind}`", f"`{kind.room}.postings.{kind.name}`", kind.rows, kind.sentence]


def _table(columns: list[str], rows: Iterable[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
