from django.db import models
from django_fsm import FSMField, transition

from payments.payins.models import Payment


class Refund(models.Model):
    """So much of one payment, on its way back to whoever paid it, by the way it came. Nothing goes back twice.

    What is claimed here counts against the payment at once, before any rail is asked.
    """

    class Status(models.TextChoices):
        PENDING = "pending"  # claimed and posted; no rail knows of it yet
        SUBMITTED = "submitted"
        UNKNOWN = "unknown"  # the rail did not answer: never a failure, no second order
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        RETURNED = "returned"  # it had arrived, and came back
        CANCELED = "canceled"  # it never left: the bank took the payment back first

    class Reason(models.TextChoices):
        DUPLICATE = "duplicate"
        FRAUDULENT = "fraudulent"
        REQUESTED = "requested_by_customer"
        OTHER = "other"

    UNDER_WAY = (Status.PENDING, Status.SUBMITTED, Status.UNKNOWN)
    CAME_BACK = (Status.FAILED, Status.RETURNED)
    UNDONE = (Status.FAILED, Status.CANCELED)  # what its submission posted is posted the other way round
    DEAD = (*UNDONE, Status.RETURNED)

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    status = FSMField(default=Status.PENDING, choices=Status.choices, protected=True)
    version = models.IntegerField(default=1)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds", db_index=False)
    payer = models.ForeignKey("directpay.User", on_delete=models.PROTECT, related_name="refunds", db_index=False)
    payee = models.ForeignKey("directpay.Payee", on_delete=models.PROTECT, related_name="refunds", db_index=False)
    rail = models.CharField(max_length=20)  # by which it goes back
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()  # of the payment's amount
    reason = models.CharField(max_length=30, choices=Reason.choices, default="", blank=True)
    # What the payee's policy was then, and what it came to.
    gives_fee_back = models.BooleanField(default=False)
    clawed_minor = models.BigIntegerField(default=0)  # of our fee, to the payee who paid it
    payer_fee_minor = models.BigIntegerField(default=0)  # of our fee, to the payer who paid it: goes back beside the amount
    from_pending = models.BooleanField()  # taken from what had not settled
    once = models.CharField(max_length=60, null=True, unique=True)  # of the form that asked for it
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expected_on = models.DateField()
    placed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    rail_reference = models.CharField(max_length=80, default="", blank=True)
    completed_on = models.DateField(null=True)  # effective date of its confirmation
    return_code = models.CharField(max_length=10, default="", blank=True)
    failure_code = models.CharField(max_length=40, default="", blank=True)
    failure_message = models.CharField(max_length=200, default="", blank=True)
    handled_at = models.DateTimeField(null=True)  # one that failed: when a person saw to it

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=models.Q(clawed_minor__gte=0, clawed_minor__lte=models.F("amount_minor"), payer_fee_minor=0)
                | models.Q(clawed_minor=0, payer_fee_minor__gte=0),
                name="refund_one_fee",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="refund_at"),
            models.Index(fields=["payment", "created_at", "id"], name="refund_payment_at"),
            models.Index(fields=["payer", "created_at", "id"], name="refund_payer_at"),
            models.Index(fields=["payee", "created_at", "id"], name="refund_payee_at"),
            # few, and looked for: those that came back, and by what a provider calls one
            models.Index(fields=["status", "created_at", "id"], name="refund_status_at", condition=~models.Q(status="succeeded")),
            models.Index(fields=["rail_reference"], name="refund_reference", condition=models.Q(rail__in=["stripe", "stripe_ach"])),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def sent_minor(self) -> int:
        """What its payer is to have."""
        return self.amount_minor + self.payer_fee_minor

    @property
    def taken_minor(self) -> int:
        """What of it the payee gives."""
        return self.amount_minor - self.clawed_minor

    # Every edge of the machine, once. The database's own table of them is generated from here; a test compares the two.

    @transition(field=status, source=Status.PENDING, target=Status.SUBMITTED)
    def submit(self) -> None:
        """The intent to call the rail, committed before the call."""

    @transition(field=status, source=Status.SUBMITTED, target=Status.UNKNOWN)
    def lose_answer(self) -> None:
        """The rail did not answer."""

    @transition(field=status, source=Status.UNKNOWN, target=Status.SUBMITTED)
    def find_again(self) -> None:
        """The rail has it after all."""

    @transition(field=status, source=[Status.SUBMITTED, Status.UNKNOWN], target=Status.SUCCEEDED)
    def confirm(self) -> None:
        """The rail confirms: its payer has it."""

    @transition(field=status, source=[Status.SUBMITTED, Status.UNKNOWN], target=Status.FAILED)
    def fail(self) -> None:
        """It never arrived."""

    @transition(field=status, source=Status.SUCCEEDED, target=Status.RETURNED)
    def send_back(self) -> None:
        """It had arrived, and came back."""

    @transition(field=status, source=Status.PENDING, target=Status.CANCELED)
    def cancel(self) -> None:
        """Nothing is left that could go back."""


class RefundPolicy(models.Model):
    """What a payee's refunds do with our fee; without a row it is kept."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    payee = models.OneToOneField("directpay.Payee", on_delete=models.PROTECT, related_name="refund_policy")
    gives_fee_back = models.BooleanField(default=False)  # in proportion, to whoever paid it
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.public_id} {'gives the fee back' if self.gives_fee_back else 'keeps the fee'}"
