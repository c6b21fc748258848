from django.db import models

from leases.contracts.models import Lease, Party
from payments.methods.mandates.models import Mandate
from payments.methods.models import BankAccount
from payments.payins.models import Payment


class Autopay(models.Model):
    """A renter's order to pay a lease by itself. One renter has one on a lease; what ended is kept."""

    class Mode(models.TextChoices):
        FULL_BALANCE = "full_balance"  # what is owed on the day
        UP_TO = "up_to"  # the same, at most `amount_minor`
        FIXED = "fixed"  # `amount_minor`, ahead too, never more than can be paid

    class Status(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        CANCELED = "canceled"

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="autopays")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="autopays")
    user = models.ForeignKey("directpay.User", on_delete=models.PROTECT, related_name="autopays", db_index=False)
    mode = models.CharField(max_length=12, choices=Mode.choices)
    amount_minor = models.BigIntegerField(null=True)
    day_of_month = models.SmallIntegerField(null=True)  # 31 is the last day; None: whenever the rent falls due
    rail = models.CharField(max_length=20, default="ach")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="autopays")
    backup_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True, related_name="+")
    backup_mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, related_name="autopays_backed")
    cap_minor = models.BigIntegerField(null=True)  # no run is for more
    cap_percent = models.SmallIntegerField(null=True)  # nor so much more than the run before
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    reason = models.CharField(max_length=40, default="", blank=True)  # why it is paused or has ended
    by = models.CharField(max_length=80, default="", blank=True)  # who did that: the label of an actor
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lease", "user"], condition=~models.Q(status="canceled"), name="autopay_once_a_renter"),
            models.CheckConstraint(
                condition=models.Q(mode="full_balance", amount_minor=None) | ~models.Q(mode="full_balance") & models.Q(amount_minor__gt=0),
                name="autopay_amount_of_its_mode",
            ),
            models.CheckConstraint(condition=models.Q(day_of_month=None) | models.Q(day_of_month__range=(1, 31)), name="autopay_day"),
            models.CheckConstraint(condition=models.Q(cap_minor=None) | models.Q(cap_minor__gt=0), name="autopay_cap_positive"),
            models.CheckConstraint(
                condition=models.Q(cap_percent=None) | models.Q(cap_percent__range=(0, 1000)), name="autopay_cap_percent"
            ),
            models.CheckConstraint(condition=models.Q(status="active") ^ ~models.Q(reason=""), name="autopay_stops_with_reason"),
            models.CheckConstraint(
                condition=models.Q(backup_account=None) | ~models.Q(backup_account=models.F("bank_account")),
                name="autopay_backup_is_another",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="autopay_at"),
            models.Index(fields=["user", "created_at", "id"], name="autopay_user_at"),
        ]

    def __str__(self) -> str:
        return self.public_id


class AutopayRun(models.Model):
    """One day on which an autopay pays, or why it did not. Unique, so that whatever wakes it twice makes one payment."""

    class Status(models.TextChoices):
        PLANNED = "planned"
        SKIPPED = "skipped"  # by whoever pays
        NOTHING = "nothing"  # there was nothing to pay
        MISSED = "missed"  # it should have paid, and `reason` kept it from that
        PAYING = "paying"  # its payments say how it went
        FAILED = "failed"  # all that could be tried was tried

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    autopay = models.ForeignKey(Autopay, on_delete=models.PROTECT, related_name="runs")
    run_on = models.DateField()  # a day where the property stands
    run_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    reason = models.CharField(max_length=40, default="", blank=True)
    told_days = models.SmallIntegerField(null=True)  # how many days ahead the last notice was
    told_minor = models.BigIntegerField(null=True)  # the amount that it named
    amount_minor = models.BigIntegerField(null=True)  # of its first payment
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["autopay", "run_on"], name="autopay_run_once_a_day"),
            models.UniqueConstraint(fields=["autopay"], condition=models.Q(status="planned"), name="autopay_run_planned_once"),
            models.CheckConstraint(condition=models.Q(amount_minor=None) | models.Q(amount_minor__gt=0), name="autopay_run_positive"),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="autopay_run_at")]

    def __str__(self) -> str:
        return self.public_id


class AutopayAttempt(models.Model):
    """A payment that a run made: its first, a retry, or the one from the backup account."""

    class Kind(models.TextChoices):
        FIRST = "first"
        RETRY = "retry"
        BACKUP = "backup"

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(AutopayRun, on_delete=models.PROTECT, related_name="attempts")
    number = models.SmallIntegerField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="autopay_attempt")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="autopay_attempt_once"),
            models.UniqueConstraint(fields=["run"], condition=models.Q(kind="first"), name="autopay_attempt_first"),
            models.UniqueConstraint(fields=["run"], condition=models.Q(kind="backup"), name="autopay_attempt_backup"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number} {self.kind}"
