from django.db import models

from payments.payins.models import Payment


class Retry(models.Model):
    """One thing that was to be paid, its payment failed: how often it was tried again, and when it will be."""

    class State(models.TextChoices):
        WAITING = "waiting"  # until `next_at`
        DUE = "due"  # whoever asked for it was told to try
        TRYING = "trying"  # `latest` is on its way
        ENDED = "ended"  # `reason` says why

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    origin = models.CharField(max_length=40, unique=True)  # public id of what asked for the payment
    family = models.CharField(max_length=10)  # whose rules hold: ach or card
    first = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    latest = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()  # of the first attempt: no retry is for more
    failures = models.SmallIntegerField(default=1)  # since the last success
    count = models.SmallIntegerField(default=0)  # retries that were made, ever
    state = models.CharField(max_length=10, choices=State.choices)
    next_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, default="", blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "retries"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="retry_positive"),
            # The database says it too: an ACH entry is presented three times in all.
            models.CheckConstraint(condition=~models.Q(family="ach") | models.Q(count__range=(0, 2)), name="retry_ach_twice_at_most"),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "due"], next_at__isnull=False)
                | models.Q(state__in=["trying", "ended"], next_at__isnull=True),
                name="retry_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="retry_at")]

    def __str__(self) -> str:
        return self.public_id


class Reattempt(models.Model):
    """A payment that is a retry of another, with what the bank statement says of it."""

    id = models.BigAutoField(primary_key=True)
    retry = models.ForeignKey(Retry, on_delete=models.PROTECT, related_name="reattempts")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="reattempt")
    number = models.SmallIntegerField()  # 1 for the first retry
    description = models.CharField(max_length=10, default="", blank=True)  # company entry description: RETRY PYMT in the same amount

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retry", "number"], name="reattempt_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="reattempt_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.retry_id} {self.number}"
