"""A renter pays the deposit: into trust, by itself, never together with rent."""

from datetime import datetime

from directpay.events.unit import unit_of_work
from directpay.kernel.clock import EASTERN, today
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.people.actor import Actor
from leases.contracts.actions import lock_lease
from leases.contracts.models import Lease
from leases.deposits.actions.ask import ask_for_deposit
from leases.deposits.models import Deposit
from leases.deposits.queries import with_lease
from leases.rent.actions.pay_rent import PayRequest
from ledger.journal.actions import lock_accounts
from payments.payins.actions.initiate import AmountExceedsPayable, Terms, Wish, initiate
from payments.payins.models import Payment
from payments.payins.queries import in_flight_minor


class TrustAccountMissing(Conflict):
    """The payee has named no trust account in the state of the home: no deposit can be taken."""

    code = "trust_account_missing"


class DepositNotAsked(InvalidInput):
    """The lease asks for none."""

    code = "deposit_not_asked"


def pay_deposit(lease: Lease, request: PayRequest, *, actor: Actor, at: datetime) -> Payment:
    """Accept a payment of the payer's party's deposit; without an amount, of all that is open.

    Raises DepositNotAsked, TrustAccountMissing, InvalidInput, and as `initiate`.
    """
    with unit_of_work():
        lease = lock_lease(lease)
        renter = lease.renters.filter(user_id=request.payer.id).first()
        if renter is None:
            raise InvalidInput("This account belongs to nobody on the lease.", param="bank_account")
        if lease.deposit_minor:
            ask_for_deposit(lease, at)  # whoever pays at once need not wait for it
        deposit = deposit_of(lease, renter.party_id)
        open_minor = lock_accounts([deposit.account_id])[deposit.account_id].balance_minor
        free = open_minor - in_flight_minor([deposit.account_id]).get(deposit.account_id, 0)
        if not open_minor:
            raise AmountExceedsPayable("The deposit is paid.", param="amount", payable=0)
        amount = request.amount_minor or (free if free > 0 else open_minor)  # all on its way: the step below says by which payment
        terms = Terms(
            payer=request.payer,
            payee=lease.unit.property.payee,
            applies_to=deposit.account,
            amount_minor=amount,
            rail=request.rail,
            bank_account=request.bank_account,
            card=request.card,
            tendered_on=today(EASTERN, at),
            origin=deposit.public_id,
            wishes=[Wish(f"charge.due:{deposit.public_id}", deposit.public_id, amount)],
            allow_duplicate=request.allow_duplicate,
            metadata=request.metadata,
        )
        return initiate(terms, actor=actor, at=at)


def deposit_of(lease: Lease, party_id: int) -> Deposit:
    """Step: the party's. Raises DepositNotAsked, TrustAccountMissing."""
    found = with_lease().filter(lease=lease, party_id=party_id).first()
    if found:
        return found
    if lease.deposit_minor:
        said = "Nobody has named a trust account for deposits in this state: a deposit cannot be taken before."
        raise TrustAccountMissing(said, param="lease", lease=lease.public_id)
    raise DepositNotAsked("This lease asks for no deposit.", param="lease")
