"""The chart of accounts: kinds of account, registered by the rooms that own them (BOOKS.md section 2)."""

from dataclasses import dataclass, field
from typing import Final, Literal

DEBIT: Final = 1
CREDIT: Final = -1
MAY_OVERDRAW = frozenset({"payment.returned", "return.fee", "dispute.opened", "dispute.fee", "payment.fee"})  # BOOKS.md rule 6


@dataclass(frozen=True)
class AccountKind:
    """`number` is P1110 or L1500; `normal` the side on which the balance is shown positive.

    `floor`: zero = refused below 0, kinds = below 0 only by the posting kinds of MAY_OVERDRAW, any = both signs ordinary.
    `mirror`: accounts of one mirror group and subject move by the same sum in P and in L (BOOKS.md rule 2).
    `by_item`: entries carry the item that they open or close (each item of a clearing account ends at 0).
    """

    number: str
    name: str
    normal: Literal[1, -1]
    fund: Literal["client", "own", "operating", "trust"]
    floor: Literal["zero", "kinds", "any"]
    mirror: Literal["", "landlord", "trust", "invoice"] = ""
    by_item: bool = False
    # Words for the printed chart; two kinds that differ in them alone are the same kind.
    one_per: str = field(default="", compare=False)  # what its subject names: landlord, rail, property …
    meaning: str = field(default="", compare=False)

    @property
    def book_kind(self) -> str:
        return self.number[0]


KINDS: dict[str, AccountKind] = {}


def register_kinds(*kinds: AccountKind) -> None:
    """Add kinds to the chart; the same number with another meaning is a mistake."""
    for kind in kinds:
        if KINDS.setdefault(kind.number, kind) != kind:
            raise ValueError(f"account kind {kind.number} is registered twice")
