"""Every address of the house, as found in the URL configuration, asked for by people who have nothing to do with it.

Alice lets to Bob, who has paid. Anonymous, another renter (Mia) and another landlord (Carol) ask for everything of theirs, by
page and by API, and are shown nothing. A new address is covered from the day it is routed; if it takes an id that this test
does not know, the test fails until it is told one.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from oauth2_provider.models import RefreshToken

from directpay.events.models import Event
from directpay.people.actions import create_api_key
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from directpay.people.oauth.actions import NewSecret, register_application
from directpay.people.oauth.models import Application
from leases.arrears.actions.look import look_at_arrears
from leases.arrears.models import ArrearsCase
from leases.autopay.actions.turn_on import Order, turn_on
from leases.autopay.models import Autopay, AutopayRun
from leases.bank_charges.actions import NewBankCharge, record_bank_charge
from leases.contracts.late_fee import LateFeeTerms
from leases.contracts.models import LateFeePolicy
from leases.credits.actions import NewCredit, grant_credit
from leases.credits.models import Credit
from leases.deposits.actions.name_trust_bank import name_trust_bank
from leases.late_fees.actions.assess import charge_late_fee
from leases.late_fees.models import LateFee
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
from tests.architecture.cards_of_bob import cards_of
from tests.world import World

pytestmark = pytest.mark.django_db
PARAMETER = re.compile(r"\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)|<(?:\w+:)?(\w+)>")
REFUSED = {301, 302, 401, 403, 404, 405}
MAY_BE_UNREADY = {"/ready"}  # says 503 by design: no worker beats in a test
FOR_STAFF = {"/metrics"}  # names nothing of Alice's, and is refused all the same
LINKS = {"uidb36": "1", "key": "1-1"}  # of mails: secrets, not ids
# What would be done, if it were one's own.
BODIES = {
    "/verify": {"amounts": [32, 45]},
    "/verify_microdeposits": {"amounts": [32, 45]},
    "/charges": {"category": "other", "amount": 100},
    "/credits": {"amount": 100, "reason": "none"},
    "/end": {"end_date": "2027-01-31"},
    "/rent_steps": {"from_date": "2027-01-01", "rent_amount": 100},
    "/shares": {"from_date": "2027-01-01", "renters": [{"user": "usr_" + 24 * "a", "share": {"weight": 1}}]},
    "/late_fees": {"charge": "chg_" + 24 * "0"},
    "/move": {"unit": "unit_" + 24 * "a", "from_date": "2027-01-01"},
    "/transfers": {"from_renter": "usr_" + 24 * "a", "to_renter": "usr_" + 24 * "b", "amount": 100},
    "/late_fee": {"grace_days": 5, "flat_amount": 100},
    "/waive": {"reason": "none"},
    "/payment_plans": {"installments": 2},
    "/attach": {"customer": "usr_" + 24 * "a"},
}
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
        self.sent_out = self._payout()
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
            "users": self.bob.public_id,
            "payees": self.alice.payees.get().public_id,
            "events": event.public_id,
            "accounts": self.leased.parties.get().account.public_id,
            "transactions": transaction.public_id,
            "bank-accounts": self.account_of_bob.public_id,
            "tokens": self.token.public_id,
            **dict.fromkeys(("payment_methods", "cards"), self.card.public_id),
            "3ds": "pay_nobody~0",  # who has the address of another may answer
            "payments": self.flying.public_id,
            "payouts": self.sent_out.public_id,
            "trust_banks": self.trust.public_id,
            "move_outs": self.moving.public_id,
            "payment_intents": self.wish.public_id,
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
            self.paid.reference,
            *LAST_FOUR,
        }


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern)


def address_of(pattern: str, ids: dict[str, str]) -> tuple[str, bool]:
    """An address that the pattern answers to, and whether it names something of Alice's."""
    plain = pattern.replace("^", "").replace("/?$", "").replace("$", "").replace("(?:/|)", "/").replace("(?:email|confirm-email)", "email")
    named = False

    def fill(match: re.Match[str]) -> str:
        nonlocal named
        name, before = match[1] or match[2], plain[: match.start()].strip("/").split("/")
        if before[0] == "admin":
            return admin_id(name, before)
        if before[0] == "accounts" and name in LINKS:
            return LINKS[name]
        if before[-1] not in ids:
            raise LookupError(f"{pattern}: tell this test an id of Alice's world that comes after {before[-1]!r}")
        named = True
        return ids[before[-1]]

    return "/" + PARAMETER.sub(fill, plain).replace("\\", ""), named


def admin_id(name: str, before: list[str]) -> str:
    if name == "content_type_id":
        return str(ContentType.objects.get_for_model(Payment).id)
    if name == "app_label" or len(before) < 3 or before[1] == "r":
        return "payments" if name == "app_label" else str(Payment.objects.first().pk)
    row = apps.get_model(before[1], before[2])._default_manager.first()
    return str(row.pk) if row else "0"


def addresses(w: Alices) -> list[tuple[str, bool]]:
    ids = w.ids()
    found = [address_of(pattern, ids) for pattern in patterns() if not pattern.startswith("admin/(?P<url>")]
    assert len(found) > 60
    assert {address for address, _named in found} >= FOR_STAFF
    return found


def shown(response, address: str, marks: set[str]) -> set[str]:
    """Marks in the answer that were not in the question."""
    body = b"".join(response) if response.streaming else response.content
    text = body.decode(errors="replace") + response.get("Location", "")
    return {mark for mark in marks if mark in text and mark not in address}


def visitors(w: Alices) -> dict[str, tuple[User | None, dict[str, str]]]:
    """Who → whose session, and the headers of a program."""

    def key(user: User, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {create_api_key(actor=SYSTEM, at=w.now, owner=user, mode='test', **more).secret}"}

    return {
        "nobody": (None, {}),
        "a made-up key": (None, {"Authorization": "Bearer sk_test_madeup"}),
        "another renter": (w.mia, key(w.mia)),
        "another landlord": (w.carol, key(w.carol)),
        "an app of another landlord's": (None, {"Authorization": f"Bearer {w.token_of(w._app(w.carol))}"}),
        "the renter's publishable key": (None, key(w.bob, kind="publishable")),
    }


def test_strangers_are_shown_nothing_and_break_nothing() -> None:
    w = Alices()
    marks, before = w.marks(), state(w)
    wrong = []
    for who, (user, headers) in visitors(w).items():
        for address, named in addresses(w):
            for method in ("get", "post", "delete"):
                client = Client(raise_request_exception=False)
                if user is not None:
                    client.force_login(user)
                sent = {**headers, "Idempotency-Key": f"{who}{address}{method}"}
                body = next((body for end, body in BODIES.items() if address.endswith(end)), {})
                if address.startswith("/api/") and method == "post":
                    response = client.post(address, body, content_type="application/json", headers=sent)
                else:
                    response = getattr(client, method)(address, headers=sent)
                seen = shown(response, address, marks)
                if (
                    seen
                    or (response.status_code >= 500 and address not in MAY_BE_UNREADY)
                    or ((named or address in FOR_STAFF) and response.status_code not in REFUSED)
                ):
                    wrong.append((who, method, address, response.status_code, seen))
    assert not wrong, "\n".join(map(str, wrong))
    assert state(w) == before


def test_those_whom_it_concerns_are_shown_what_strangers_are_not() -> None:
    """The marks are found where they should be, so that their absence elsewhere means something."""
    w = Alices()
    client = Client()
    client.force_login(w.bob)
    pages = [client.get(address) for address, _named in addresses(w) if address.startswith(("/renter/", "/account"))]
    seen = set().union(*(shown(page, "", w.marks()) for page in pages))
    seen |= shown(client.get("/accounts/apps/"), "", w.marks())
    assert {w.app.app.client_id, w.paid.public_id, w.leased.public_id, w.bob.email, LAST_FOUR[0], w.account_of_bob.public_id} <= seen
    key = {"Authorization": f"Bearer {create_api_key(actor=SYSTEM, at=w.now, owner=w.bob, mode='test').secret}"}
    assert LAST_FOUR[1] in shown(Client().get("/api/v1/bank-accounts", headers=key), "", w.marks())


def state(w: Alices) -> list[object]:
    payments = list(Payment.objects.order_by("id").values_list("public_id", "status", "version"))
    by_hand = [
        w.leased.charges.count(),
        *(list(model.objects.order_by("id").values()) for model in (Receipt, Credit, LateFee, LateFeePolicy, Mandate, Autopay, AutopayRun)),
    ]
    return [*payments, *by_hand, w.bob.bank_accounts.values_list("status", flat=True).get()]


def test_a_landlord_may_not_pay_and_a_renter_may_not_look_through_the_landlords_pages() -> None:
    w = Alices()
    for user, pages in ((w.alice, "/renter/"), (w.bob, "/landlord/"), (w.alice, "/admin/"), (w.bob, "/admin/")):
        client = Client()
        client.force_login(user)
        for address, _named in addresses(w):
            if address.startswith(pages):
                assert client.get(address).status_code in REFUSED, (user.name, address)


def test_staff_see_every_page_of_the_admin_and_change_nothing_by_hand() -> None:
    w = Alices()
    dana = w.person("dana", "staff")
    User.objects.filter(id=dana.id).update(is_superuser=True)
    client = Client(raise_request_exception=False)
    client.force_login(dana)
    before = state(w)
    for address, _named in addresses(w):
        if not address.startswith("/admin/") or "logout" in address:
            continue
        response = client.get(address)
        assert response.status_code < 500, address
        if address.endswith(("/add/", "/delete/")):
            assert response.status_code == 403, address
            assert client.post(address, {"post": "yes"}).status_code == 403, address
        if address.endswith("/change/"):
            assert client.post(address, {"status": "settled"}).status_code == 403, address
    assert state(w) == before


@pytest.mark.parametrize("nonsense", ["%00", "%FF", "..", "a" * 200, "pay_%27"])
def test_nonsense_in_an_address_is_not_found(nonsense: str) -> None:
    w = Alices()
    ids = dict.fromkeys(w.ids(), nonsense)
    for pattern in patterns():
        if pattern.startswith(("admin/", "accounts/", "^accounts")):
            continue
        address, named = address_of(pattern, ids)
        if named:
            client = Client(raise_request_exception=False)
            client.force_login(w.bob)
            assert client.get(address).status_code in (301, 400, 401, 404, 405), address
    client = Client(raise_request_exception=False)
    client.force_login(w.bob)
    assert client.get(f"/renter/payments/?before={nonsense}").status_code == 200
