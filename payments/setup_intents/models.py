from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django_fsm import FSMField, transition

from payments.methods.cards.models import Card
from payments.methods.mandates.models import Mandate
from payments.methods.models import BankAccount


class State(models.TextChoices):
    """Stripe's `status` but for `open`, which asks for a payment method or, with one, for a confirmation: `setup_intents.queries`."""

    OPEN = "open"
    PROCESSING = "processing"  # the card's processor is asked
    REQUIRES_ACTION = "requires_action"  # the owner must prove the card at its issuer's, or name the deposits of the bank account
    SUCCEEDED = "succeeded"  # it is the customer's to pay with
    CANCELED = "canceled"


S = State


class Usage(models.TextChoices):
    OFF_SESSION = "off_session"
    ON_SESSION = "on_session"


def both_types() -> list[str]:
    return ["card", "us_bank_account"]


class SetupIntent(models.Model):
    """The wish to keep a way to pay for later."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    secret = models.CharField(max_length=40)  # the end of `client_secret`
    status = FSMField(default=S.OPEN, choices=S.choices, protected=True)
    version = models.IntegerField(default=1)
    customer = models.ForeignKey("directpay.User", on_delete=models.PROTECT, null=True, related_name="setup_intents", db_index=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True, related_name="setup_intents")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, null=True, related_name="setup_intents")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, related_name="setup_intents")
    created_by = models.ForeignKey(  # None: the platform
        "directpay.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    usage = models.CharField(max_length=11, choices=Usage.choices, default=Usage.OFF_SESSION)
    method_types = ArrayField(models.CharField(max_length=20), default=both_types)  # what may be set up
    description = models.CharField(max_length=1000, default="", blank=True)
    return_url = models.CharField(max_length=2048, default="", blank=True)  # where the owner is awaited after an action
    agreement = models.JSONField(default=dict, blank=True)  # the owner's consent to debits, until the mandate keeps it
    placed_at = models.DateTimeField(null=True)  # when the processor was last given the card
    rail_reference = models.CharField(max_length=100, default="", blank=True)
    action_url = models.CharField(max_length=500, default="", blank=True)
    error_code = models.CharField(max_length=80, default="", blank=True)  # why the last try failed
    decline_code = models.CharField(max_length=40, default="", blank=True)
    error_message = models.CharField(max_length=200, default="", blank=True)
    cancellation_reason = models.CharField(max_length=30, default="", blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    canceled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(bank_account=None) | models.Q(card=None), name="setup_one_source"),
            models.CheckConstraint(
                condition=models.Q(status__in=[S.OPEN, S.CANCELED]) | models.Q(bank_account__isnull=False) | models.Q(card__isnull=False),
                name="setup_of_something",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=S.SUCCEEDED, bank_account__isnull=False) | models.Q(mandate__isnull=False),
                name="setup_debits_by_mandate",
            ),
            models.CheckConstraint(condition=models.Q(mandate=None) | models.Q(status=S.SUCCEEDED), name="setup_mandate_at_its_end"),
            models.CheckConstraint(
                condition=models.Q(status=S.CANCELED, canceled_at__isnull=False)
                | (~models.Q(status=S.CANCELED) & models.Q(canceled_at=None)),
                name="setup_canceled_at",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="setup_at"),
            models.Index(fields=["customer", "created_at", "id"], name="setup_customer_at"),
            models.Index(fields=["created_by", "created_at", "id"], name="setup_creator_at"),
            GinIndex(fields=["metadata"], name="setup_metadata", condition=~models.Q(metadata={})),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def source(self) -> BankAccount | Card | None:
        """What is set up."""
        return self.card or self.bank_account

    @property
    def client_secret(self) -> str:
        return f"{self.public_id}_secret_{self.secret}"

    @transition(field=status, source=[S.OPEN, S.REQUIRES_ACTION], target=S.PROCESSING)
    def process(self) -> None:
        """The processor of the card is asked."""

    @transition(field=status, source=[S.OPEN, S.PROCESSING], target=S.REQUIRES_ACTION)
    def require_action(self) -> None:
        """Its owner must do something first."""

    @transition(field=status, source=[S.OPEN, S.PROCESSING, S.REQUIRES_ACTION], target=S.SUCCEEDED)
    def succeed(self) -> None:
        """It is proven."""

    @transition(field=status, source=[S.PROCESSING, S.REQUIRES_ACTION], target=S.OPEN)
    def reopen(self) -> None:
        """It was refused or not proven, or another is named: another try."""

    @transition(field=status, source=[S.OPEN, S.REQUIRES_ACTION], target=S.CANCELED)
    def cancel(self) -> None:
        """Nobody will set it up any more."""
