"""What a landlord takes on a lease: said, said again, said wrongly, blocked and taken again; and renters who pay against it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from leases.policies.actions import set_blocked, set_payment_policy
from leases.policies.queries import Policy
from tests.simulation.auditor import policies
from tests.simulation.auditor.policies import Takes
from tests.simulation.crashes import crash_at
from tests.simulation.moves import paying
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

ORDERS: tuple[tuple[str, ...], ...] = ((), (), ("utilities", "rent"), ("fee",), ("other", "damages", "fee", "utilities", "rent"))


def say(h: "History") -> None:
    """Of any shape; half the time everything is taken again."""
    lease = h.rng.choice(h.cast.leases)
    first = h.rng.choice(ORDERS)
    order = "categories" if first else "oldest_first"
    partial = h.rng.choice(["any", "any", "minimum", "minimum", "none"])
    takes = Takes(
        partial,
        h.rng.choice([1_000, 20_000, 150_000]) if partial == "minimum" else None,
        False,
        h.rng.choice(["never", "never", "never", "after_return", "after_return", "always"]),
        h.rng.choice(["next", "next", "none"]),
        order,
        first,
    )
    takes = h.rng.choice([takes, takes, Takes(order=order, first=first), Takes()])
    for _ in range(h.rng.choice([1, 1, 1, 2])):  # the same again is no new version
        _say(h, lease, takes)


def say_wrongly(h: "History") -> None:
    """What contradicts itself."""
    wrong = [
        Takes("minimum"),
        Takes("any", 1_000),
        Takes("none", 1_000),
        Takes(order="categories"),
        Takes(first=("rent",)),
        Takes(order="categories", first=("rent", "deposit")),
        Takes(order="categories", first=("fee", "rent", "fee")),
    ]
    _say(h, h.rng.choice(h.cast.leases), h.rng.choice(wrong))


def say_and_die(h: "History") -> None:
    lease, before = h.rng.choice(h.cast.leases), h.rng.random() < 0.5
    takes = Takes("minimum", h.rng.randrange(1, 10_000))
    with crash_at(0, before=before) as died:
        _send(h, lease, takes)
    if not died or not before:
        policies.said(h.auditor, lease.public_id, takes)
    h.check()


def _say(h: "History", lease: Any, takes: Takes) -> None:
    predicted = policies.judge_setting(takes)
    if h.attempt(f"{lease.public_id} takes {takes}", predicted, lambda: _send(h, lease, takes)) is not None:
        policies.said(h.auditor, lease.public_id, takes)
    h.check()


def _send(h: "History", lease: Any, takes: Takes) -> Policy:
    """`version` is none of the caller's business."""
    wish = Policy(7, takes.partial, takes.least, takes.blocked, takes.certified, takes.ahead, takes.order, takes.first)
    return set_payment_policy(lease, wish, actor=SYSTEM, at=h.now)


def block(h: "History") -> None:
    """What is blocked is mostly opened again, the rest mostly blocked; whatever else holds stays."""
    blocked = [lease for lease in h.cast.leases if h.auditor.policies.of(lease.public_id).blocked]
    lease = h.rng.choice(blocked if blocked and h.rng.random() < 0.95 else h.cast.leases)
    standing = h.auditor.policies.of(lease.public_id)
    wanted = not standing.blocked if h.rng.random() < 0.9 else standing.blocked
    h.attempt(f"{lease.public_id} blocked: {wanted}", "", lambda: set_blocked(lease, wanted, actor=SYSTEM, at=h.now))
    policies.said(h.auditor, lease.public_id, replace(standing, blocked=wanted))
    h.check()


def pay_against(h: "History") -> None:
    """Where something is not taken: less than the least, exactly that, a cent ahead, by a rail that brings things back."""
    bound = [lease for lease in h.cast.leases if h.auditor.policies.of(lease.public_id) != Takes()]
    lease = h.rng.choice(bound)
    takes, told = h.auditor.policies.of(lease.public_id), h.auditor.leases[lease.public_id]
    sources = [s for renter in h.cast.people_on[lease.public_id] for s in renter.sources]
    verified = [s for s in sources if h.auditor.bank_accounts[s.public_id].state == "verified"]
    source = h.rng.choice(verified or sources)
    account = told.account(told.party_of[source.user.public_id])
    due = max(1, h.auditor.books.balances[account] - paying.flying(h.auditor, account))
    least = due if takes.partial == "none" else takes.least or 1
    way = h.rng.choice(["ach", "ach", "instant", "wire"])
    paying.attempt(h, lease, source, way, amount=max(1, h.rng.choice([least, least - 1, due, due + 1, due - 1])))


MOVES = (
    Move("say_policy", 1, say, lambda h: bool(h.cast.leases)),
    Move("say_policy_wrongly", 0.4, say_wrongly, lambda h: bool(h.cast.leases)),
    Move("say_policy_and_die", 0.2, say_and_die, lambda h: bool(h.cast.leases)),
    Move("block_lease", 1.5, block, lambda h: bool(h.cast.leases)),
    Move("pay_against_policy", 2.5, pay_against, lambda h: any(h.auditor.policies.of(x.public_id) != Takes() for x in h.cast.leases)),
)
