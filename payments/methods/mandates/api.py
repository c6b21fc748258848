"""`/api/v1/mandates`: what a payer allowed, in Stripe's shape where Stripe has one; and the words to show before."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import IdField, MetadataField, merged_metadata
from directpay.api.lists import LAST_SECOND, Derived, related
from directpay.api.objects import rendered, unix
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView, PartView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import User
from directpay.people.ways import Way
from payments.methods.api import BankAccounts
from payments.methods.mandates.actions import Agreement, agree_to_mandate, revoke_mandate
from payments.methods.mandates.examples import ASKS, NOT_REVOKED, REFUSED, REVOKES, SHOWN, SHOWN_TEXT
from payments.methods.mandates.models import Mandate
from payments.methods.mandates.queries import visible_mandates, ways_to_mandates, where_mandate_status
from payments.methods.mandates.texts import LANGUAGES, NEWEST, mandate_text
from payments.methods.models import BankAccount
from payments.methods.queries import bank_account_to_pay_from

STATUSES, ACCEPTANCES = Mandate.Status.values, Mandate.Acceptance.values


class OnlineInput(StrictSerializer):
    ip_address = serializers.IPAddressField()
    user_agent = serializers.CharField(max_length=300)


class AcceptanceInput(StrictSerializer):
    type = serializers.ChoiceField(choices=ACCEPTANCES)
    accepted_at = serializers.IntegerField(required=False, min_value=0, max_value=LAST_SECOND, help_text="Unix seconds; now without it.")
    online = OnlineInput(required=False, help_text="Where it was agreed to, for `type: online`.")


class MandateInput(StrictSerializer):
    bank_account = IdField("ba", required=False)
    payment_method = IdField("ba", "pm", required=False, help_text="The same as `bank_account`, by Stripe's name.")
    language = serializers.ChoiceField(choices=LANGUAGES, default="en")
    text_version = serializers.CharField(max_length=20, default=NEWEST, help_text="Of the words that were shown.")
    customer_acceptance = AcceptanceInput()
    metadata = MetadataField()


class AcceptanceOutput(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=ACCEPTANCES)
    accepted_at = serializers.IntegerField()
    online = serializers.DictField(child=serializers.CharField(allow_blank=True), allow_null=True)


class MandateOutput(ObjectOutput):
    type = serializers.ChoiceField(choices=["multi_use"])
    status = serializers.ChoiceField(choices=STATUSES)
    bank_account = serializers.CharField()
    payment_method = serializers.CharField()
    customer = serializers.CharField()
    customer_acceptance = AcceptanceOutput()
    text = serializers.CharField(help_text="The words, as they were agreed to.")
    text_version = serializers.CharField()
    language = serializers.ChoiceField(choices=LANGUAGES)
    revoked_at = serializers.IntegerField(allow_null=True)
    revoked_reason = serializers.CharField(allow_null=True, help_text="Who took it back, or the code of the return that voided it.")


class TextQuery(StrictSerializer):
    language = serializers.ChoiceField(choices=LANGUAGES, default="en")


class TextOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["mandate_text"])
    bank_account = serializers.CharField()
    language = serializers.ChoiceField(choices=LANGUAGES)
    text_version = serializers.CharField()
    text = serializers.CharField()


@by_id
class Mandates(ApiView):
    object_name = "mandate"
    output_serializer: ClassVar[Any] = MandateOutput
    expanders = {"bank_account": "bank_account", "payment_method": "bank_account", "customer": "user"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Mandate]:
        return visible_mandates(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_mandates(actor)

    def render(self, row: Mandate, context: Context) -> Mapping[str, Any]:
        return render_mandate(row)


class MandatesView(Mandates, CollectionView):
    """Permissions to debit a bank account. Show the words of `bank-accounts/{id}/mandate_text` first: they are kept as they were then."""

    input_serializer = MandateInput
    asks = ASKS
    refusals = REFUSED
    filters = {
        "bank_account": related("bank_account", BankAccount),
        "customer": related("user", User),
        "status": Derived(field=serializers.ChoiceField(choices=STATUSES), by=where_mandate_status),
    }

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Mandate:
        named = data.get("bank_account") or data.get("payment_method")
        if named is None:
            raise InvalidInput("Name the bank account to debit.", param="bank_account", code="parameter_missing")
        account = bank_account_to_pay_from(named, actor, param="bank_account" if "bank_account" in data else "payment_method")
        accepted, online = data["customer_acceptance"], data["customer_acceptance"].get("online")
        if accepted["type"] == Mandate.Acceptance.ONLINE and online is None:
            raise InvalidInput("Say where it was agreed to.", param="customer_acceptance[online]", code="parameter_missing")
        how = Agreement(
            acceptance=accepted["type"],
            language=data["language"],
            text_version=data["text_version"],
            accepted_at=datetime.fromtimestamp(accepted["accepted_at"], UTC) if "accepted_at" in accepted else None,
            ip_address=online["ip_address"] if online else "",
            user_agent=online["user_agent"] if online else "",
            metadata=merged_metadata({}, data.get("metadata")),
        )
        return agree_to_mandate(account, how, actor=actor, at=at)


class MandateView(Mandates, ObjectView):
    """One mandate."""


class RevokeMandateView(Mandates, ActionView):
    """Take it back: what rests on it, autopay above all, ends. What has gone to the bank already is not called off by it."""

    asks = REVOKES
    refusals = NOT_REVOKED

    def act(self, actor: Actor, row: Mandate, data: dict[str, Any], at: datetime) -> Mandate:
        return revoke_mandate(row, actor=actor, at=at)


class MandateTextView(BankAccounts, PartView):
    """The words to show to the owner of this account, before they are agreed to."""

    output_serializer: ClassVar[Any] = TextOutput
    query_serializer = TextQuery
    example = SHOWN_TEXT
    example_id = SHOWN["bank_account"]

    def read(self, row: BankAccount, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        language = query["language"]
        said = {"language": language, "text_version": NEWEST, "text": mandate_text(row, language)}
        return {"object": "mandate_text", "bank_account": row.public_id, **said}


def render_mandate(row: Mandate) -> dict[str, Any]:
    """A mandate as the API shows it."""
    online = {"ip_address": row.ip_address, "user_agent": row.user_agent} if row.acceptance == Mandate.Acceptance.ONLINE else None
    return rendered(
        "mandate",
        row,
        type="multi_use",
        status=str(row.status),
        bank_account=row.bank_account.public_id,
        payment_method=row.bank_account.public_id,
        customer=row.user.public_id,
        customer_acceptance={"type": row.acceptance, "accepted_at": unix(row.accepted_at), "online": online},
        text=row.text,
        text_version=row.text_version,
        language=row.language,
        revoked_at=unix(row.revoked_at),
        revoked_reason=row.revoked_reason or None,
    )


urlpatterns = [
    *resource("mandates", MandatesView, MandateView, revoke=RevokeMandateView),
    route("bank-accounts/{id}/mandate_text", MandateTextView),
]
