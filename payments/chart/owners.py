"""Which room registered which kind of account: the printed chart names it."""

from ledger.journal.kinds import AccountKind, register_kinds

OWNERS: dict[str, str] = {}  # number → room, e.g. payments.payouts


def own(module: str, *kinds: AccountKind) -> None:
    """Add `kinds` to the chart in the name of the room that `module` stands in."""
    register_kinds(*kinds)
    room = module.rpartition(".")[0]
    for kind in kinds:
        if OWNERS.setdefault(kind.number, room) != room:
            raise ValueError(f"account kind {kind.number} belongs to {OWNERS[kind.number]}")
