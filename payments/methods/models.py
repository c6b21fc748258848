from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django_fsm import FSMField, transition


class BankAccount(models.Model):
    """A person's account at a bank. The number is encrypted; only its last four digits are ever shown."""

    class Status(models.TextChoices):
        NEW = "new"  # two small deposits are on their way
        VERIFIED = "verified"
        VERIFICATION_FAILED = "verification_failed"  # three wrong tries, or too late
        ERRORED = "errored"  # the bank did not take the deposits

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey("directpay.User", on_delete=models.PROTECT, related_name="bank_accounts", db_index=False)
    account_holder_name = models.CharField(max_length=100)
    account_holder_type = models.CharField(max_length=10, default="individual", choices=[("individual",) * 2, ("company",) * 2])
    purpose = models.CharField(
        max_length=9, default="own", db_default="own", choices=[("own",) * 2, ("trust",) * 2]
    )  # trust: deposits alone
    account_type = models.CharField(max_length=8, choices=[("checking",) * 2, ("savings",) * 2])
    routing_number = models.CharField(max_length=9)
    number_encrypted = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    last4 = models.CharField(max_length=4)
    bank_name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3, default="usd")
    status = FSMField(default=Status.NEW, choices=Status.choices, protected=True)
    version = models.IntegerField(default=1)
    verification_tries = models.SmallIntegerField(default=0)
    verification_expires_at = models.DateTimeField()
    micro_deposits_encrypted = models.CharField(max_length=200)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    detached_at = models.DateTimeField(null=True)  # its owner was deleted: nothing is paid from it any more

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(verification_tries__range=(0, 3)), name="bank_account_three_tries")]
        indexes = [
            models.Index(fields=["created_at", "id"], name="bank_account_at"),
            models.Index(fields=["user", "created_at", "id"], name="bank_account_user_at"),
            models.Index(fields=["status", "created_at", "id"], name="bank_account_status_at"),
            GinIndex(fields=["metadata"], name="bank_account_metadata", condition=~models.Q(metadata={})),
        ]

    def __str__(self) -> str:
        return f"{self.bank_name} ••{self.last4}"

    @transition(field=status, source=Status.NEW, target=Status.VERIFIED)
    def verify(self) -> None:
        """The amounts were right."""

    @transition(field=status, source=Status.NEW, target=Status.VERIFICATION_FAILED)
    def fail_verification(self) -> None:
        """Three wrong tries, or too late."""

    @transition(field=status, source=[Status.NEW, Status.VERIFIED], target=Status.ERRORED)
    def mark_errored(self) -> None:
        """The bank refused the account."""
