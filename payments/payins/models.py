from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django_fsm import FSMField, transition

from ledger.journal.models import Account
from payments.methods.cards.models import Card
from payments.methods.mandates.models import Mandate
from payments.methods.models import BankAccount
from payments.methods.wallets.paying import Wallet
from payments.rails.registry import BY_WALLET


class Status(models.TextChoices):
    """DESIGN, States. Every call to a rail happens in `processing`; neither completed nor settled is final."""

    INITIATED = "initiated"
    REQUIRES_ACTION = "requires_action"
    IN_REVIEW = "in_review"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    UNKNOWN = "unknown"
    COMPLETED = "completed"
    SETTLED = "settled"
    RETURNED = "returned"
    FAILED = "failed"
    CANCELED = "canceled"


S = Status
LIVE = (S.INITIATED, S.REQUIRES_ACTION, S.IN_REVIEW, S.AUTHORIZED, S.PROCESSING, S.UNKNOWN)  # in flight (BOOKS.md section 5)
CLEARED = (S.COMPLETED, S.SETTLED)


class Payment(models.Model):
    """Money on its way in: one attempt to pay one account of a payee's book. The engine knows nothing of what it is for."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    status = FSMField(default=S.INITIATED, choices=S.choices, protected=True)
    version = models.IntegerField(default=1)
    rail = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()  # what is credited to `applies_to`
    fee_minor = models.BigIntegerField()
    fee_payer = models.CharField(max_length=5)
    tax_minor = models.BigIntegerField(default=0)
    charged_minor = models.BigIntegerField()  # what the payer is charged
    net_minor = models.BigIntegerField()  # what the payee gets
    payer = models.ForeignKey("directpay.User", on_delete=models.PROTECT, related_name="payments", db_index=False)
    payee = models.ForeignKey("directpay.Payee", on_delete=models.PROTECT, related_name="payments", db_index=False)
    applies_to = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments")
    # What it is paid with: one of the two, and by wallet neither.
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True, related_name="payments", db_index=False)
    card = models.ForeignKey(Card, on_delete=models.PROTECT, null=True, related_name="payments", db_index=False)
    # The permission that a debit stands on which its payer has not ordered himself: by autopay, or by somebody else.
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, related_name="payments", db_index=False)
    origin = models.CharField(max_length=40, default="")  # public id of what asked for it, e.g. a lease
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    tendered_on = models.DateField()  # the payer's day: lateness is judged by it
    placed_at = models.DateTimeField(null=True)  # handed to the rail, in time for its next file
    expected_at = models.DateTimeField()  # the promise; stays beside what really happened
    expected_on = models.DateField()
    ready_at = models.DateTimeField(null=True)  # when it may be settled at the earliest
    answered_at = models.DateTimeField(null=True)
    rail_reference = models.CharField(max_length=80, default="")
    completed_at = models.DateTimeField(null=True)
    completed_on = models.DateField(null=True)  # effective date of its transaction
    settled_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    return_code = models.CharField(max_length=10, default="")
    failure_code = models.CharField(max_length=40, default="")
    failure_message = models.CharField(max_length=200, default="")
    refunded_minor = models.BigIntegerField(default=0, db_default=0)  # given back to its payer, or on the way there
    clawed_minor = models.BigIntegerField(default=0, db_default=0)  # of the payee's fee, given back to it with that
    refunded_pending_minor = models.BigIntegerField(default=0, db_default=0)  # of `net_minor`, what went back before it had settled
    # Of a card or wallet alone.
    captures_later = models.BooleanField(default=False, db_default=False)  # authorised first, and taken when somebody says so
    authorized_minor = models.BigIntegerField(null=True)  # what its issuer promised; `amount_minor` is what is taken of it
    authorized_at = models.DateTimeField(null=True)
    capture_before = models.DateTimeField(null=True)  # then the promise ends
    captured_at = models.DateTimeField(null=True)  # when it was decided to take it
    action_url = models.CharField(max_length=300, default="", db_default="", blank=True)  # where its payer must do something
    decline_code = models.CharField(max_length=40, default="", db_default="", blank=True)  # the issuer's reason, beside failure_code

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0, refunded_minor__lte=models.F("amount_minor")), name="payment_refunded_within"
            ),
            models.CheckConstraint(
                condition=models.Q(clawed_minor__gte=0, clawed_minor__lte=models.F("fee_minor")), name="payment_clawed_within"
            ),
            models.CheckConstraint(
                condition=models.Q(refunded_pending_minor__gte=0, refunded_pending_minor__lte=models.F("net_minor")),
                name="payment_refunded_pending_within",
            ),
            models.CheckConstraint(condition=models.Q(net_minor__gt=0), name="payment_net_positive"),
            models.CheckConstraint(
                condition=(models.Q(bank_account__isnull=False, card=None) | models.Q(bank_account=None, card__isnull=False))
                & ~models.Q(rail__in=["paypal"])
                | models.Q(bank_account=None, card=None, rail__in=["paypal"]),
                name="payment_one_source",
            ),
            models.CheckConstraint(
                condition=models.Q(mandate=None) | models.Q(bank_account__isnull=False), name="payment_mandate_of_a_debit"
            ),
            models.CheckConstraint(
                condition=models.Q(authorized_minor=None) | models.Q(authorized_minor__gte=models.F("amount_minor")),
                name="payment_within_authorized",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    fee_payer="payer", charged_minor=models.F("amount_minor") + models.F("fee_minor") + models.F("tax_minor")
                )
                | models.Q(fee_payer="payee", charged_minor=models.F("amount_minor")),
                name="payment_charged_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(net_minor=models.F("charged_minor") - models.F("fee_minor") - models.F("tax_minor")),
                name="payment_net_adds_up",
            ),
            models.CheckConstraint(condition=models.Q(fee_minor__gte=0, tax_minor__gte=0), name="payment_fee_not_negative"),
        ]
        indexes = [
            models.Index(fields=["applies_to"], name="payment_live", condition=models.Q(status__in=LIVE)),
            # A list falls by time, whatever it is of: each filter has its own index in that order.
            models.Index(fields=["created_at", "id"], name="payment_at"),
            models.Index(fields=["payer", "created_at", "id"], name="payment_payer_at"),
            models.Index(fields=["payee", "created_at", "id"], name="payment_payee_at"),
            models.Index(fields=["origin", "created_at", "id"], name="payment_origin_at"),
            models.Index(fields=["bank_account", "created_at", "id"], name="payment_source_at"),
            models.Index(fields=["card", "created_at", "id"], name="payment_card_at", condition=models.Q(card__isnull=False)),
            models.Index(fields=["rail", "created_at", "id"], name="payment_rail_at"),
            models.Index(fields=["mandate"], name="payment_under_mandate", condition=models.Q(status=S.INITIATED, mandate__isnull=False)),
            # what a provider tells us about names it as the provider does
            models.Index(
                fields=["rail_reference"], name="payment_reference", condition=models.Q(rail__in=["stripe", "stripe_ach", "paypal"])
            ),
            # most are settled: the newest of those are never far
            models.Index(fields=["status", "created_at", "id"], name="payment_status_at", condition=~models.Q(status=S.SETTLED)),
            GinIndex(fields=["metadata"], name="payment_metadata", condition=~models.Q(metadata={})),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def reference(self) -> str:
        """Short enough to read out on the telephone."""
        return f"DP-{self.public_id[-8:-4]}-{self.public_id[-4:]}".upper()

    @property
    def source(self) -> BankAccount | Card | Wallet:
        """What it is paid with."""
        if self.rail in BY_WALLET:
            return Wallet(self.payer, self.rail)
        found = self.card or self.bank_account
        if found is None:
            raise ValueError(f"{self.public_id} is paid with nothing")  # the database refuses it
        return found

    @property
    def amount_refunded(self) -> int:
        return self.refunded_minor

    @property
    def refundable_minor(self) -> int:
        """What has not gone back yet."""
        return self.amount_minor - self.refunded_minor

    @property
    def pending_minor(self) -> int:
        """What of it the payee has until it settles."""
        return self.net_minor - self.refunded_pending_minor

    # Every edge of the machine, once. The database's own table of them is generated from here; a test compares the two.

    @transition(field=status, source=[S.INITIATED, S.REQUIRES_ACTION, S.IN_REVIEW], target=S.PROCESSING)
    def submit(self) -> None:
        """The intent to call the rail, committed before the call."""

    @transition(field=status, source=[S.INITIATED, S.PROCESSING], target=S.REQUIRES_ACTION)
    def require_action(self) -> None:
        """The payer must do something first."""

    @transition(field=status, source=S.INITIATED, target=S.IN_REVIEW)
    def send_to_review(self) -> None:
        """A person decides first."""

    @transition(field=status, source=[S.PROCESSING, S.UNKNOWN], target=S.AUTHORIZED)
    def authorize(self) -> None:
        """Promised, not yet taken."""

    @transition(field=status, source=S.AUTHORIZED, target=S.PROCESSING)
    def capture(self) -> None:
        """Take what was promised."""

    @transition(field=status, source=S.PROCESSING, target=S.UNKNOWN)
    def lose_answer(self) -> None:
        """The rail did not answer: never a decline, no second attempt."""

    @transition(field=status, source=S.UNKNOWN, target=S.PROCESSING)
    def find_again(self) -> None:
        """The rail has it after all."""

    @transition(field=status, source=[S.PROCESSING, S.UNKNOWN], target=S.COMPLETED)
    def complete(self) -> None:
        """The money is confirmed and posted."""

    @transition(field=status, source=S.COMPLETED, target=S.SETTLED)
    def settle(self) -> None:
        """In the landlord's available balance."""

    @transition(field=status, source=[S.COMPLETED, S.SETTLED], target=S.RETURNED)
    def take_back(self) -> None:
        """The bank took it back."""

    @transition(field=status, source=[S.INITIATED, S.REQUIRES_ACTION, S.IN_REVIEW, S.PROCESSING, S.UNKNOWN], target=S.FAILED)
    def fail(self) -> None:
        """No money moved for good."""

    @transition(field=status, source=[S.INITIATED, S.REQUIRES_ACTION, S.IN_REVIEW, S.PROCESSING, S.AUTHORIZED], target=S.CANCELED)
    def cancel(self) -> None:
        """Called off in time."""


class Claim(models.Model):
    """So much of one debit on the account that it pays, frozen with the payment. Live while the payment is."""

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="claims")
    debit_reference = models.CharField(max_length=120)  # of the transaction that posts (or will post) the debit
    item = models.CharField(max_length=40)  # public id of what is owed, e.g. a charge
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=120, default="", db_default="", blank=True)  # by whose word, or which policy

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="claim_positive"),
            models.UniqueConstraint(fields=["payment", "debit_reference"], name="claim_once"),
        ]
        indexes = [models.Index(fields=["debit_reference"], name="claim_on_debit")]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.item} {self.amount_minor}"


class Transition(models.Model):
    """An edge that the database allows. Written by migration alone, from the transitions declared on the models."""

    id = models.BigAutoField(primary_key=True)
    machine = models.CharField(max_length=30)
    source = models.CharField(max_length=30)  # empty: a first state
    target = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["machine", "source", "target"], name="transition_once")]

    def __str__(self) -> str:
        return f"{self.machine}: {self.source or '∅'} → {self.target}"
