"""What is paid first where no claim says it: the oldest, unless a room above has agreed on another order with whoever pays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

LAST = 1 << 31


@dataclass(frozen=True, slots=True)
class Order:
    """Of one account. `ranks`: reference of a debit's transaction → its turn, the lowest first, and of one turn the oldest; what is not
    named comes last. `reason`: by whose word, for the record."""

    ranks: Mapping[str, int]
    reason: str

    def turn(self, reference: str) -> int:
        return self.ranks.get(reference, LAST)


OpenDebits = Mapping[int, Sequence[str]]  # account → references of debits that wait for money
_agreed: list[Callable[[OpenDebits], Mapping[int, Order]]] = []


def register_orders(asked: Callable[[OpenDebits], Mapping[int, Order]]) -> None:
    """`asked` is told what waits on which accounts, and says the order of those that have one of their own."""
    if asked not in _agreed:
        _agreed.append(asked)


def orders_of(waiting: OpenDebits) -> dict[int, Order]:
    """Account → its order, where it has one. Costs nothing where nothing has to be chosen."""
    choice = {account: references for account, references in waiting.items() if len(references) > 1}
    return {account: order for asked in _agreed for account, order in asked(choice).items()} if choice else {}
