from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django_fsm import FSMField, transition

from ledger.journal.models import Account
from payments.methods.cards.models import Card
from payments.methods.models import BankAccount
from payments.methods.wallets.paying import Wallet
from payments.payins.models import Payment
from payments.rails.registry import BY_WALLET


class State(models.TextChoices):
    """What the payment cannot know. What Stripe calls `status` is derived from this and from the payment: `intents.status`."""

    OPEN = "open"  # not confirmed yet
    AWAITING_ACTION = "awaiting_action"  # confirmed, but the payer must prove the bank account first
    CONFIRMED = "confirmed"  # there is a payment; how it fares is the payment's to say
    CANCELED = "canceled"


S = State


def both_types() -> list[str]:
    return ["card", "us_bank_account"]


class PaymentIntent(models.Model):
    """The wish to pay, as Stripe's clients know it. Its money is the `payment`: the latest attempt, at most one of them alive."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    secret = models.CharField(max_length=40)  # the end of `client_secret`
    status = FSMField(default=S.OPEN, choices=S.choices, protected=True)
    version = models.IntegerField(default=1)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rail = models.CharField(max_length=20)
    # What is paid: an account of the books, or what a room above knows by its public id, e.g. a lease. Neither until somebody says it.
    applies_to = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="payment_intents")
    origin = models.CharField(max_length=40, default="", blank=True)
    payee = models.ForeignKey("directpay.Payee", on_delete=models.PROTECT, null=True, related_name="payment_intents", db_index=False)
    customer = models.ForeignKey("directpay.User", on_delete=models.PROTECT, null=True, related_name="payment_intents", db_index=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True, related_name="payment_intents")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, null=True, related_name="payment_intents")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, related_name="payment_intent")
    created_by = models.ForeignKey(  # None: the platform
        "directpay.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    description = models.CharField(max_length=1000, default="", blank=True)
    capture_method = models.CharField(max_length=15, default="automatic_async")
    method_types = ArrayField(
        models.CharField(max_length=20), default=both_types, db_default=["us_bank_account"]
    )  # what it may be paid with
    return_url = models.CharField(max_length=2048, default="", db_default="", blank=True)  # where its payer is awaited after an action
    mandate_data = models.JSONField(default=dict, blank=True)  # the payer's consent, as the caller recorded it
    cancellation_reason = models.CharField(max_length=30, default="", blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    canceled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="intent_positive"),
            models.CheckConstraint(condition=models.Q(applies_to=None) | models.Q(origin=""), name="intent_pays_one_thing"),
            models.CheckConstraint(condition=models.Q(bank_account=None) | models.Q(card=None), name="intent_one_source"),
            models.CheckConstraint(
                condition=~models.Q(status=S.CONFIRMED) | models.Q(payment__isnull=False), name="intent_confirmed_has_payment"
            ),
            models.CheckConstraint(
                condition=~models.Q(status=S.AWAITING_ACTION) | models.Q(bank_account__isnull=False), name="intent_awaits_a_bank_account"
            ),
            models.CheckConstraint(
                condition=models.Q(status=S.CANCELED, canceled_at__isnull=False)
                | (~models.Q(status=S.CANCELED) & models.Q(canceled_at=None)),
                name="intent_canceled_at",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="intent_at"),
            models.Index(fields=["customer", "created_at", "id"], name="intent_customer_at"),
            models.Index(fields=["payee", "created_at", "id"], name="intent_payee_at"),
            models.Index(fields=["created_by", "created_at", "id"], name="intent_creator_at"),
            models.Index(fields=["origin", "created_at", "id"], name="intent_origin_at"),
            GinIndex(fields=["metadata"], opclasses=["jsonb_path_ops"], name="intent_metadata"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def source(self) -> BankAccount | Card | Wallet | None:
        """What it is to be paid with."""
        if self.rail in BY_WALLET:
            return Wallet(self.customer, self.rail) if self.customer is not None else None
        return self.card or self.bank_account

    @property
    def client_secret(self) -> str:
        return f"{self.public_id}_secret_{self.secret}"

    @transition(field=status, source=[S.OPEN, S.CONFIRMED], target=S.AWAITING_ACTION)
    def await_action(self) -> None:
        """The bank account is not proven yet."""

    @transition(field=status, source=[S.AWAITING_ACTION, S.CONFIRMED], target=S.OPEN)
    def reopen(self) -> None:
        """Another try: the bank account was not proven, or the attempt failed."""

    @transition(field=status, source=[S.OPEN, S.AWAITING_ACTION], target=S.CONFIRMED)
    def confirm(self) -> None:
        """An attempt is accepted."""

    @transition(field=status, source=[S.OPEN, S.AWAITING_ACTION, S.CONFIRMED], target=S.CANCELED)
    def cancel(self) -> None:
        """Nobody will pay it any more."""
