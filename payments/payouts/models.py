from django.db import models
from django_fsm import FSMField, transition

from payments.methods.models import BankAccount
from payments.payins.models import Payment


class Settlement(models.Model):
    """A batch that made payments of one payee and currency available: the sum of its lines, posted as one transaction."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    payee = models.ForeignKey("directpay.Payee", on_delete=models.PROTECT, related_name="settlements")
    currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    count = models.IntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(net_minor=models.F("gross_minor") - models.F("fee_minor")), name="settlement_adds_up")
        ]

    def __str__(self) -> str:
        return self.public_id


class SettlementLine(models.Model):
    """One payment in a settlement; a payment is settled once."""

    id = models.BigAutoField(primary_key=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="settlement_line")
    net_minor = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.payment_id}"


class Payout(models.Model):
    """One order to move money out of what we hold, or back from a trust bank to be given back. Nothing is sent twice.

    The engine knows nothing of leases: whoever asks for it says by `origin` what for, and names by `trust_bank` and `party` the subjects
    of the accounts that the postings of deposits touch.
    """

    class Purpose(models.TextChoices):
        PAYOUT = "payout"  # what is available, to its owner (B6 to B12)
        FORWARDING = "deposit_forwarding"  # a deposit, to the payee's trust bank (K5)
        DRAW = "deposit_draw"  # a deposit, debited from the trust bank, to be given back (K11)
        REFUND = "deposit_refund"  # the same, to the renter (K12, K13)
        OVERPAYMENT = "overpayment_refund"  # of a payment (`origin`) what was too much, to its payer (E9 to E15)

    class Status(models.TextChoices):
        CREATED = "created"
        IN_TRANSIT = "in_transit"
        UNKNOWN = "unknown"  # the rail did not answer: never a decline, no second order
        PAID = "paid"
        FAILED = "failed"
        RETURNED = "returned"

    UNDER_WAY = (Status.CREATED, Status.IN_TRANSIT, Status.UNKNOWN)
    CAME_BACK = (Status.FAILED, Status.RETURNED)  # the money is where it was before

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    status = FSMField(default=Status.CREATED, choices=Status.choices, protected=True)
    version = models.IntegerField(default=1)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    rail = models.CharField(max_length=20)
    payee = models.ForeignKey("directpay.Payee", on_delete=models.PROTECT, related_name="payouts")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="payouts")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField(default=0)  # of a refund: how much of the amount is the renter's interest
    origin = models.CharField(max_length=40, default="")  # public id of what asked for it, e.g. a deposit
    trust_bank = models.CharField(max_length=40, default="")
    party = models.CharField(max_length=80, default="")
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expected_on = models.DateField()
    placed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    rail_reference = models.CharField(max_length=80, default="")
    paid_on = models.DateField(null=True)  # effective date of its transaction
    return_code = models.CharField(max_length=10, default="")
    failure_code = models.CharField(max_length=40, default="")
    failure_message = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payout_positive"),
            models.CheckConstraint(
                condition=models.Q(interest_minor__gte=0, interest_minor__lte=models.F("amount_minor")), name="payout_interest_within"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="payout_at"),
            models.Index(fields=["payee", "created_at", "id"], name="payout_payee_at"),
            models.Index(fields=["bank_account", "created_at", "id"], name="payout_account_at"),
            models.Index(fields=["origin"], name="payout_origin"),
        ]

    def __str__(self) -> str:
        return self.public_id

    # Every edge of the machine, once. The database's own table of them is generated from here; a test compares the two.

    @transition(field=status, source=Status.CREATED, target=Status.IN_TRANSIT)
    def send(self) -> None:
        """The intent to call the rail, committed before the call."""

    @transition(field=status, source=Status.IN_TRANSIT, target=Status.UNKNOWN)
    def lose_answer(self) -> None:
        """The rail did not answer."""

    @transition(field=status, source=Status.UNKNOWN, target=Status.IN_TRANSIT)
    def find_again(self) -> None:
        """The rail has it after all."""

    @transition(field=status, source=[Status.IN_TRANSIT, Status.UNKNOWN], target=Status.PAID)
    def confirm(self) -> None:
        """The rail confirms."""

    @transition(field=status, source=[Status.CREATED, Status.IN_TRANSIT, Status.UNKNOWN], target=Status.FAILED)
    def fail(self) -> None:
        """It never left, or never arrived."""

    @transition(field=status, source=Status.PAID, target=Status.RETURNED)
    def send_back(self) -> None:
        """The other bank sent it back after it was confirmed."""
