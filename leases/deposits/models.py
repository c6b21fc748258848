from django.db import models

from leases.contracts.models import Lease, Party
from leases.rent.models import Charge
from ledger.journal.models import Account
from payments.methods.models import BankAccount


class TrustBank(models.Model):
    """A payee's escrow account for renters' deposits, in the state of the properties. Without one no deposit is taken.

    It stays the same trust bank in the books when another account takes the place of one that was closed.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    payee = models.ForeignKey("directpay.Payee", on_delete=models.PROTECT, related_name="trust_banks")
    bank_account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, related_name="trust_bank")
    state = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    bank_name = models.CharField(max_length=80)  # the renter is told where the deposit lies, and no more of the account than this
    last4 = models.CharField(max_length=4)
    version = models.IntegerField(default=1, db_default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payee", "state", "currency"], name="trust_bank_once_a_state")]

    def __str__(self) -> str:
        return f"{self.bank_name} ••{self.last4}"


class Deposit(models.Model):
    """What a party was asked to leave as a deposit, and the accounts on which it stands: asked (L1510), held (L2200), earned (L2210).

    It is its own charge, apart from the schedule: a deposit is no rent, and is never paid together with it.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="deposits")
    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="deposit")
    trust_bank = models.ForeignKey(TrustBank, on_delete=models.PROTECT, related_name="deposits")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="deposit_due")
    held = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="deposit_held")
    interest = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="deposit_interest")
    amount_minor = models.BigIntegerField()
    due_on = models.DateField()
    # A payment of it was taken back while an order moved its money: until that is posted nothing of it is drawn or given back.
    comes_back_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="deposit_positive")]
        indexes = [models.Index(fields=["lease", "id"], name="deposit_of_lease")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def subject(self) -> str:
        """Of the party's accounts: ``lease:party``."""
        return self.account.subject


class Movement(models.Model):
    """What happened to a deposit in the trust bank itself, in the order in which it did. Append-only."""

    class Kind(models.TextChoices):
        CHEQUE = "cheque"  # banked straight into the trust bank (K16)
        INTEREST = "interest"  # the renter's part and the owner's (K7)
        DEDUCTION = "deduction"  # applied to what the renter owes (K9)
        WITHDRAWAL = "withdrawal"  # what the owner has earned leaves the trust bank (K10)

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    amount_minor = models.BigIntegerField()  # of interest: the renter's part
    owners_minor = models.BigIntegerField(default=0)  # of interest: the owner's part
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, null=True, related_name="deductions")
    reason = models.CharField(max_length=200, default="", blank=True)
    moved_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gte=0, owners_minor__gte=0) & ~models.Q(amount_minor=0, owners_minor=0),
                name="deposit_movement_moves",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="interest") | models.Q(owners_minor=0, amount_minor__gt=0), name="deposit_movement_owners_part"
            ),
        ]
        indexes = [models.Index(fields=["deposit", "id"], name="deposit_movement_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
