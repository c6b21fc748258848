"""Payments as the background moves them: rows of the columns that its verbs need, not models, hundreds at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django_fsm import TransitionNotAllowed

from directpay.kernel.arrays import texts
from payments.payins.models import Payment


@dataclass(slots=True)
class Named:
    """A person or payee, by id."""

    id: int
    public_id: str


@dataclass(slots=True)
class Cost:
    """The account that carries the payee's fees."""

    id: int
    subject: str
    by_item: bool = False


@dataclass(slots=True)
class Destination:
    """The account that is paid."""

    id: int
    public_id: str
    subject: str
    by_item: bool
    payable_limit: str
    pays_into: str
    cost_account: Cost | None


@dataclass(slots=True)
class Source:
    """The bank account that it is paid from; the number is sealed."""

    public_id: str
    routing_number: str
    number_encrypted: str
    account_holder_name: str


@dataclass(slots=True)
class Plastic:
    """The card that it is paid with, by its processor's name of it."""

    public_id: str
    processor_card: str
    processor_customer: str


@dataclass(slots=True)
class Moving:
    """A payment's row. What it is called is what the model calls it."""

    id: int
    public_id: str
    status: str
    version: int
    rail: str
    currency: str
    amount_minor: int
    fee_minor: int
    fee_payer: str
    tax_minor: int
    charged_minor: int
    net_minor: int
    origin: str
    created_at: datetime
    tendered_on: date
    expected_on: date
    placed_at: datetime | None
    ready_at: datetime | None
    rail_reference: str
    failure_code: str
    return_code: str
    payer: Named
    payee: Named
    applies_to: Destination
    bank_account: Source | None
    card: Plastic | None
    captures_later: bool
    authorized_minor: int | None
    capture_before: datetime | None
    captured_at: datetime | None
    clawed_minor: int
    refunded_pending_minor: int
    # What a verb sets.
    changed_at: datetime | None = None
    answered_at: datetime | None = None
    completed_at: datetime | None = None
    completed_on: date | None = None
    settled_at: datetime | None = None
    returned_at: datetime | None = None
    failure_message: str = ""
    authorized_at: datetime | None = None
    action_url: str = ""
    decline_code: str = ""

    @property
    def applies_to_id(self) -> int:
        return self.applies_to.id

    @property
    def payee_id(self) -> int:
        return self.payee.id

    @property
    def pending_minor(self) -> int:
        """What of it the payee has until it settles."""
        return self.net_minor - self.refunded_pending_minor

    def go(self, verb: str) -> None:
        """Along the edge that the model declares under this name. Raises TransitionNotAllowed."""
        target = EDGES[verb].get(self.status)
        if target is None:
            raise TransitionNotAllowed(f"{self.public_id} is {self.status}: no {verb}", object=self, method=verb)
        self.status = target


# Verb → state that it leaves → state that it reaches, from the transitions on the model.
EDGES: dict[str, dict[str, str]] = {}
for _edge in Payment._meta.get_field("status").get_all_transitions(Payment):
    EDGES.setdefault(_edge.name, {})[str(_edge.source)] = str(_edge.target)

# Whose names alone are wanted is asked apart: each table more to join doubles the time that PostgreSQL plans.
SELECT = """
SELECT p.id, p.public_id, p.status, p.version, p.rail, p.currency, p.amount_minor, p.fee_minor, p.fee_payer, p.tax_minor, p.charged_minor,
    p.net_minor, p.origin, p.created_at, p.tendered_on, p.expected_on, p.placed_at, p.ready_at, p.rail_reference, p.failure_code,
    p.return_code, p.payer_id, (SELECT u.public_id FROM directpay_user u WHERE u.id = p.payer_id), p.payee_id,
    (SELECT y.public_id FROM directpay_payee y WHERE y.id = p.payee_id), a.id, a.public_id, a.subject, a.by_item, a.payable_limit,
    a.pays_into, c.id, c.subject, c.by_item, b.public_id, b.routing_number, b.number_encrypted, b.account_holder_name, k.public_id,
    k.processor_card, k.processor_customer, p.captures_later, p.authorized_minor, p.capture_before, p.captured_at,
    p.clawed_minor, p.refunded_pending_minor
FROM payments_payment p
JOIN ledger_account a ON a.id = p.applies_to_id
LEFT JOIN payments_bankaccount b ON b.id = p.bank_account_id
LEFT JOIN payments_card k ON k.id = p.card_id
LEFT JOIN ledger_account c ON c.id = a.cost_account_id
WHERE p.public_id = ANY(%s::text[]) AND (%s::text[] IS NULL OR p.status = ANY(%s::text[]))
ORDER BY p.id
"""


def moving(public_ids: Sequence[str], *, states: Sequence[str] | None = None, lock: bool = False) -> list[Moving]:
    """These payments in order of id, those in `states` only; with `lock` their rows are locked, in that order."""
    wanted = None if states is None else texts(str(s) for s in states)
    with connection.cursor() as cursor:
        cursor.execute(SELECT + ("FOR NO KEY UPDATE OF p" if lock else ""), [texts(public_ids), wanted, wanted])
        return [_row(values) for values in cursor.fetchall()]


def _row(values: Any) -> Moving:
    cost = Cost(*values[31:34]) if values[31] is not None else None
    paid: tuple[Any, ...] = (*values[25:31], cost)
    bank = Source(*values[34:38]) if values[34] is not None else None
    card = Plastic(*values[38:41]) if values[38] is not None else None
    named: tuple[Any, ...] = (Named(*values[21:23]), Named(*values[23:25]), Destination(*paid), bank, card)
    return Moving(*values[:21], *named, *values[41:])
