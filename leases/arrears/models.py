from django.db import models

from directpay.people.models import Payee
from leases.arrears.ladder import KINDS, Step
from leases.contracts.models import Lease, Party


class ArrearsPolicy(models.Model):
    """What a payee's renters hear, and when, once something is overdue. A change is a new row; a case keeps the one it was opened by."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="arrears_policies")
    from_on = models.DateField()  # for cases that are opened from this day on
    steps = models.JSONField()  # [{"kind", "days_after_due", "wording"}, …]
    first_days = models.SmallIntegerField()  # of the first step with a day of its own
    standard = models.BooleanField(default=False)  # ours, where the payee has set none
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "arrears policies"
        constraints = [models.UniqueConstraint(fields=["payee"], condition=models.Q(standard=True), name="arrears_policy_one_standard")]
        indexes = [
            models.Index(fields=["payee", "-from_on", "-id"], name="arrears_policy_in_force"),
            models.Index(fields=["created_at", "id"], name="arrears_policy_at"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def ladder(self) -> tuple[Step, ...]:
        return tuple(Step(**step) for step in self.steps)


class ArrearsCase(models.Model):
    """A party is overdue, since the oldest debt that is open. A debt has one case: what comes back opens it again, with its steps."""

    class Reason(models.TextChoices):
        PAID = "paid"  # nothing is overdue, or nothing of that day: money, a credit, a waiver
        OLDER_DEBT = "older_debt"  # an older debt is open again, and has a case of its own

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="arrears_cases")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="arrears_cases")
    policy = models.ForeignKey(ArrearsPolicy, on_delete=models.PROTECT, related_name="cases")
    since_on = models.DateField()  # when the oldest open debt was due
    counts_from = models.DateField()  # from which day the steps count: since_on, or when the debt was recorded
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    reason = models.CharField(max_length=12, choices=Reason.choices, default="", blank=True)
    version = models.IntegerField(default=1)  # how many facts were told of it
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "counts_from"], name="arrears_case_once_a_debt"),
            models.UniqueConstraint(fields=["party"], condition=models.Q(closed_on=None), name="arrears_case_one_open"),
            models.CheckConstraint(
                condition=models.Q(closed_on=None, reason="") | models.Q(closed_on__isnull=False) & ~models.Q(reason=""),
                name="arrears_case_closed_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="arrears_case_at")]

    def __str__(self) -> str:
        return self.public_id


class ArrearsStep(models.Model):
    """A step that a case has come to, with what was overdue then. Several that were passed at once are kept; the highest alone is told."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(ArrearsCase, on_delete=models.PROTECT, related_name="steps")
    level = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in KINDS])
    days = models.SmallIntegerField()
    overdue_minor = models.BigIntegerField()
    told = models.BooleanField()
    reached_on = models.DateField()
    reached_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "level"], name="arrears_step_once"),
            models.CheckConstraint(condition=models.Q(overdue_minor__gt=0), name="arrears_step_positive"),
        ]
        indexes = [models.Index(fields=["kind", "reached_on"], name="arrears_step_of_kind")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
