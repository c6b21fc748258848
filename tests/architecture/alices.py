"""Alice's house, and what may be shown of it to nobody else."""

from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from django.test import Client
from oauth2_provider.models import RefreshToken

from directpay.events.models import Event
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from directpay.people.oauth.actions import NewSecret, register_application
from directpay.people.oauth.models import Application
from leases.arrears.actions.look import look_at_arrears
from leases.arrears.models import ArrearsCase
from leases.autopay.actions.turn_on import Order, turn_on
from leases.autopay.models import Autopay
from leases.bank_charges.actions import NewBankCharge, record_bank_charge
from leases.contracts.late_fee import LateFeeTerms
from leases.credits.actions import NewCredit, grant_credit
from leases.credits.models import Credit
from leases.deposits.actions.name_trust_bank import name_trust_bank
from leases.late_fees.actions.assess import charge_late_fee
from leases.move_out.actions import NewDamage, begin_move_out
from leases.overpayments.actions import refund_overpayment
from leases.overpayments.models import OverpaymentRefund
from leases.payment_plans.actions.propose import NewPlan, propose_plan
from leases.payment_plans.models import PaymentPlan
from leases.receipts.actions import NewReceipt, record_receipt
from leases.receipts.models import Receipt
from leases.transfers.actions import give_credit
from leases.transfers.models import Transfer
from ledger.journal.models import Transaction
from payments.intents.actions.create import Purpose, create_intent
from payments.intents.models import PaymentIntent
from payments.methods.mandates.actions import Agreement, agree_to_mandate
from payments.methods.mandates.models import Mandate
from payments.payins.models import Payment
from payments.payouts.actions.create import NewPayout, create_payout
from payments.payouts.models import Payout
from payments.refunds.actions.create import refund_payment
from tests.architecture.cards_of_bob import cards_of, setup_of
from tests.world import World

KEY = "Alice's telephone"
NUMBER = "000123457531"
LAST_FOUR = ("••7531", '"7531"', "••8210", '"8210"')  # as pages and the API print its last digits


class Alices(World):
    """Alice's house with a payment that has settled and one on its way, and two strangers with a house of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.account_of_bob = self.account(self.bob, NUMBER)
        self.leased = self.lease(late_fee=LateFeeTerms(0, flat_minor=200))
        self.paid = self.until(self.pay(self.leased, "instant", 50_000, self.account_of_bob), "settled")
        self.flying = self.pay(self.leased, "ach", 60_000, self.account_of_bob)
        self.receipt, self.credit = self._by_hand()
        november = self.leased.charges.earliest("id")
        self.bank_charge = record_bank_charge(NewBankCharge(self.payee, "usd", 900), actor=SYSTEM, at=self.now)
        self.transfer = self._transfer()
        self.overpaid, self.given_back = self._overpayment()
        self.late_fee = charge_late_fee(self.leased, november, actor=SYSTEM, at=self.now)
        self.plan, self.case = self._behind()
        self.wish = self._wish()
        self.mandate, self.autopay = self._by_itself()
        self.token, self.card = cards_of(self)
        self.setup = setup_of(self, self.card)
        self.sent_out = self._payout()
        self.refunded = refund_payment(self.paid, 100, actor=SYSTEM, at=self.now)
        self.trust = name_trust_bank(self.payee, self.account(self.alice, NUMBER), state="OH", actor=SYSTEM, at=self.now)
        self.moving = begin_move_out(self.leased, self.now.date(), [NewDamage("A door", 5)], actor=SYSTEM, at=self.now)
        self.key = Authenticator.objects.create(user=self.alice, type="webauthn", data={"name": KEY, "credential": {}})
        self.app = self._app(self.alice)
        self.let_in = RefreshToken.objects.create(user=self.bob, application=self.app.app, token="", token_checksum="x" * 64)
        self.work()
        self._strangers()

    def _strangers(self) -> None:
        alices_home = self.home
        self.mia, self.carol = self.person("mia", "renter"), self.person("carol", "landlord")
        self.home = self.property(self.carol, name="Elsewhere")
        self.pay(self.lease(self.mia), "instant", source=self.account(self.mia))
        self.home = alices_home

    def _by_hand(self) -> tuple[Receipt, Credit]:
        party = self.leased.parties.get()
        given = record_receipt(self.leased, NewReceipt(party, "check", 700), actor=SYSTEM, at=self.now)
        return given, grant_credit(self.leased, NewCredit(party, "credit", 300, "Mended the tap"), actor=SYSTEM, at=self.now)

    def _transfer(self) -> Transfer:
        """Between Bob and a roommate, on a lease of theirs."""
        self.shared = self.lease((self.bob, {"weight": 1}), (self.person("mate", "renter"), {"weight": 1}), rent=200)
        giver, taker = self.shared.parties.order_by("id")
        grant_credit(self.shared, NewCredit(giver, "credit", 150, "Mended the tap"), actor=SYSTEM, at=self.now)
        return give_credit(giver, taker, 40, reason="As agreed", actor=SYSTEM, at=self.now)

    def _overpayment(self) -> tuple[Payment, OverpaymentRefund]:
        """Bob's share is paid already: what he pays now stands ahead, and some of it goes back."""
        self.fee("instant", 0)
        paid = self.until(self.pay(self.shared, "instant", 80, self.account_of_bob), "settled")
        return paid, refund_overpayment(paid.applies_to.party, 30, actor=SYSTEM, at=self.now)

    def _behind(self) -> tuple[PaymentPlan, ArrearsCase]:
        """Of what is left of November."""
        look_at_arrears([self.leased.charges.earliest("id").public_id], self.now + timedelta(days=5))
        wish = NewPlan(self.leased.parties.get(), count=2, start_on=date(2027, 1, 5))
        return propose_plan(self.leased, wish, actor=SYSTEM, at=self.now), self.leased.arrears_cases.get()

    def _payout(self) -> Payout:
        order = NewPayout("payout", self.payee, self.account(self.alice, NUMBER), 1_000, "usd")
        return create_payout(order, actor=SYSTEM, at=self.now)

    def _wish(self) -> PaymentIntent:
        """A payment intent of Bob's, not confirmed."""
        purpose = Purpose("usd", self.payee, origin=self.leased.public_id)
        return create_intent(
            amount_minor=10_000,
            currency="usd",
            rail="ach",
            purpose=purpose,
            customer=self.bob,
            bank_account=self.account_of_bob,
            details={},
            actor=self.actor(self.bob),
            at=self.now,
        )

    def _by_itself(self) -> tuple[Mandate, Autopay]:
        """Bob's autopay, and what it rests on."""
        bob = self.actor(self.bob)
        mandate = agree_to_mandate(self.account_of_bob, Agreement(), actor=bob, at=self.now)
        return mandate, turn_on(self.leased, Order(self.account_of_bob), actor=bob, at=self.now)

    def _app(self, owner: User) -> NewSecret:
        """An app that acts for its owner, and that Bob has let in too."""
        grant = Application.FOR_ITS_OWNER
        return register_application(owner=owner, name=f"{owner.name}'s app", grant=grant, actor=SYSTEM, at=self.now)

    def token_of(self, made: NewSecret) -> str:
        proof = {"client_id": made.app.client_id, "client_secret": made.secret}
        body = {"grant_type": "client_credentials", "scope": "read write", **proof}
        return Client().post("/oauth/token", body).json()["access_token"]

    def ids(self) -> dict[str, str]:
        """What to put into an address after each of its parts."""
        event = Event.objects.filter(object_id=self.paid.public_id).first()
        transaction = Transaction.objects.filter(reference=f"payment.completed:{self.paid.public_id}").get()
        return {
            **dict.fromkeys(("users", "customers"), self.bob.public_id),
            "payees": self.alice.payees.get().public_id,
            "events": event.public_id,
            "accounts": self.leased.parties.get().account.public_id,
            "transactions": transaction.public_id,
            "bank-accounts": self.account_of_bob.public_id,
            "tokens": self.token.public_id,
            **dict.fromkeys(("payment_methods", "cards"), self.card.public_id),
            **dict.fromkeys(("3ds", "approved", "left"), "pay_nobody~0"),  # who has the address of another may answer
            "payments": self.flying.public_id,
            "refunds": self.refunded.public_id,
            "payouts": self.sent_out.public_id,
            "trust_banks": self.trust.public_id,
            "move_outs": self.moving.public_id,
            "payment_intents": self.wish.public_id,
            "setup_intents": self.setup.public_id,
            "properties": self.home.public_id,
            "units": self.leased.unit.public_id,
            "leases": self.leased.public_id,
            "receipts": self.receipt.public_id,
            "credits": self.credit.public_id,
            "transfers": self.transfer.public_id,
            "overpayment_refunds": self.given_back.public_id,
            "bank_charges": self.bank_charge.public_id,
            "late_fees": self.late_fee.public_id,
            "late-fees": self.late_fee.public_id,
            "late_fee_policies": self.late_fee.policy.public_id,
            "payment_plans": self.plan.public_id,
            "payment-plans": self.plan.public_id,
            "arrears_policies": self.case.policy.public_id,
            "mandates": self.mandate.public_id,
            "autopays": self.autopay.public_id,
            "autopay": self.leased.public_id,
            "pay": self.leased.public_id,
            "keys": str(self.key.id),
        }

    def marks(self) -> set[str]:
        """What must be shown to no stranger."""
        charges = self.leased.charges.values_list("public_id", flat=True)
        people = [self.alice, self.bob]
        return {
            *(mark for mark in self.ids().values() if not mark.isdigit()),
            KEY,
            self.app.app.client_id,
            *charges,
            *(person.public_id for person in people),
            *(person.email for person in people),
            self.paid.public_id,
            self.payee.public_id,
            self.wish.client_secret,
            self.setup.client_secret,
            self.paid.reference,
            *LAST_FOUR,
        }
