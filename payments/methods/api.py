"""`/api/v1/bank-accounts`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.examples import (
    ACCOUNT_NUMBER,
    ALICE,
    BANK,
    BOB,
    COMMON,
    OTHER_ACCOUNT_NUMBER,
    OWNERS_BANK,
    ROUTING_NUMBER,
    SETUP_BANK,
    TRUST_ACCOUNT,
    UNPROVEN_BANK,
    Ask,
)
from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, IdField, MetadataField, merged_metadata
from directpay.api.lists import Filter, related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.search_views import SearchView
from directpay.api.searching import Choice, Reference, Text, Times
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import User
from directpay.people.queries import living_users
from payments.methods.actions import AmountsWrong, NotVerifiable, TooManyUnproven, add_bank_account, verify_bank_account
from payments.methods.models import BankAccount
from payments.methods.queries import visible_bank_accounts

HOLDER_TYPES, ACCOUNT_TYPES = ("individual", "company"), ("checking", "savings")
STATUSES = BankAccount.Status.values


class BankAccountInput(StrictSerializer):
    user = IdField("usr")
    account_holder_name = serializers.CharField(max_length=100)
    account_holder_type = serializers.ChoiceField(choices=HOLDER_TYPES, required=False)
    routing_number = serializers.CharField(max_length=9, min_length=9)
    account_number = serializers.CharField(max_length=17)
    account_type = serializers.ChoiceField(choices=ACCOUNT_TYPES)
    metadata = MetadataField()


class BankAccountOutput(ObjectOutput):
    user = serializers.CharField()
    account_holder_name = serializers.CharField()
    account_holder_type = serializers.ChoiceField(choices=HOLDER_TYPES)
    account_type = serializers.ChoiceField(choices=ACCOUNT_TYPES)
    bank_name = serializers.CharField()
    routing_number = serializers.CharField()
    last4 = serializers.CharField()
    currency = serializers.CharField()
    fingerprint = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    verification_tries_left = serializers.IntegerField()


class VerifyInput(StrictSerializer):
    amounts = serializers.ListField(child=AmountField(max_minor=99), min_length=2, max_length=2)


OWNER: dict[str, Any] = {"user": ALICE, "account_holder_name": "Alice Adams"}
HOLDER: dict[str, Any] = {"user": BOB, "account_holder_name": "Bob Brown", "routing_number": ROUTING_NUMBER, "account_type": "checking"}
PROVEN = {"status": "verified", "verification_tries_left": 2}


@by_id
class BankAccounts(ApiView):
    object_name = "bank_account"
    output_serializer = BankAccountOutput
    expanders = {"user": "user"}
    example = {
        "id": BANK,
        "object": "bank_account",
        **HOLDER,
        "account_holder_type": "individual",
        "bank_name": "First Linden Bank",
        "last4": "6789",
        "currency": "usd",
        "fingerprint": "9767469350e0a64d",
        "status": "new",
        "verification_tries_left": 3,
        **COMMON,
    }

    def queryset_for(self, actor: Actor) -> QuerySet[BankAccount]:
        return visible_bank_accounts(actor)

    def render(self, row: BankAccount, context: Context) -> Mapping[str, Any]:
        return render_bank_account(row)


class BankAccountsView(BankAccounts, CollectionView):
    """Accounts to pay from and to be paid to. The number is kept encrypted and never shown again."""

    input_serializer = BankAccountInput
    asks = {
        "bank": Ask({**HOLDER, "account_number": ACCOUNT_NUMBER}),
        "unproven_bank": Ask(
            {**HOLDER, "account_number": OTHER_ACCOUNT_NUMBER},
            answer={"id": UNPROVEN_BANK, "last4": "1116", "fingerprint": "0746f9e278226176"},
        ),
        "setup_bank": Ask(
            {**HOLDER, "account_number": OTHER_ACCOUNT_NUMBER},
            answer={"id": SETUP_BANK, "last4": "1116", "fingerprint": "0746f9e278226176"},
        ),
        "owners_bank": Ask({**HOLDER, **OWNER, "account_number": ACCOUNT_NUMBER}, answer={**OWNER, "id": OWNERS_BANK}),
        "trust_account": Ask({**HOLDER, **OWNER, "account_number": ACCOUNT_NUMBER}, answer={**OWNER, "id": TRUST_ACCOUNT}),
    }
    refusals = (
        InvalidInput("No such user: usr_nobody.", param="user", code="resource_missing"),
        TooManyUnproven("Too many accounts are waiting to be verified: verify one of them, or try again tomorrow."),
    )
    filters = {
        "user": related("user", User),
        "status": Filter("status", serializers.ChoiceField(choices=STATUSES)),
    }

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> BankAccount:
        owner = own_user(actor, data.pop("user"))
        return add_bank_account(owner, {**data, "metadata": merged_metadata({}, data.get("metadata"))}, actor=actor, at=at)


class SearchBankAccountsView(BankAccounts, SearchView):
    """Bank accounts, in Stripe's search language."""

    search_fields = {
        "account_type": Choice("account_type", ACCOUNT_TYPES),
        "bank_name": Text("bank_name", substring=True),
        "created": Times(),
        "currency": Choice("currency"),
        "last4": Text("last4"),
        "status": Choice("status", STATUSES),
        "user": Reference("user", User),
    }


class BankAccountView(BankAccounts, ObjectView):
    """One bank account."""


class VerifyBankAccountView(BankAccounts, ActionView):
    """Name the two small deposits, in minor units. Three tries."""

    input_serializer = VerifyInput
    asks = {
        "deposits": Ask({"amounts": [32, 45]}, BANK, PROVEN),
        "owners_deposits": Ask({"amounts": [32, 45]}, OWNERS_BANK, {**OWNER, **PROVEN, "id": OWNERS_BANK}),
        "trust_deposits": Ask({"amounts": [32, 45]}, TRUST_ACCOUNT, {**OWNER, **PROVEN, "id": TRUST_ACCOUNT}),
    }
    refusals = (
        AmountsWrong("These are not the amounts. Tries left: 2.", param="amounts", bank_account=BANK, tries_left=2),
        NotVerifiable("This account is not waiting for its deposits to be named.", bank_account=BANK),
    )
    keeps_refusals = True

    def act(self, actor: Actor, row: BankAccount, data: dict[str, Any], at: datetime) -> Any:
        account = verify_bank_account(row, data["amounts"], actor=actor, at=at)
        if account.status == BankAccount.Status.VERIFIED:
            return account
        left = 3 - account.verification_tries
        said = (
            f"These are not the amounts. Tries left: {left}."
            if left
            else "These are not the amounts, three times: this account cannot be verified."
        )
        return AmountsWrong(said, param="amounts", bank_account=account.public_id, tries_left=left)


def own_user(actor: Actor, public_id: str, *, param: str = "user") -> User:
    """The person that `actor` may add things for: itself; anybody for staff. Raises InvalidInput."""
    found = living_users(actor).filter(public_id=public_id).first()
    if found is None or not (actor.may_see_all or found.id == actor.user_id):
        raise InvalidInput(f"No such user: {public_id}.", param=param, code="resource_missing")
    return found


def render_bank_account(row: BankAccount) -> dict[str, Any]:
    """A bank account as the API shows it."""
    return rendered(
        "bank_account",
        row,
        user=row.user.public_id,
        account_holder_name=row.account_holder_name,
        account_holder_type=row.account_holder_type,
        account_type=row.account_type,
        bank_name=row.bank_name,
        routing_number=row.routing_number,
        last4=row.last4,
        currency=row.currency,
        fingerprint=row.fingerprint[:16],
        status=str(row.status),
        verification_tries_left=3 - row.verification_tries,
    )


urlpatterns = [
    route("bank-accounts/search", SearchBankAccountsView),
    *resource("bank-accounts", BankAccountsView, BankAccountView, verify=VerifyBankAccountView),
]
