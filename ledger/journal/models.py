from django.db import models

from ledger.journal.kinds import KINDS, AccountKind


class Book(models.Model):
    """`P`, the platform's, or the book of one legal payee (`L`, subject = the payee's public id)."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=1, choices=[("P", "platform"), ("L", "payee")])
    subject = models.CharField(max_length=40, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="book_once")]

    def __str__(self) -> str:
        return self.kind if self.kind == "P" else f"L/{self.subject}"


class Kind(models.Model):
    """A kind of account, as the database judges new accounts by. Written by migration alone, from the kinds that rooms register."""

    number = models.CharField(max_length=5, primary_key=True)
    normal = models.SmallIntegerField()
    fund = models.CharField(max_length=9)
    floor = models.CharField(max_length=5)
    mirror = models.CharField(max_length=8, default="")
    by_item = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.number


class Limit(models.Model):
    """One row, the owner's: how far ahead of our clock a moment of recording may lie, and since when it is known here what was known."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    ahead = models.DurationField()
    known_after = models.DateTimeField(null=True)  # the moment at which a log was imported

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="limit_is_one")]

    def __str__(self) -> str:
        return f"{self.ahead} ahead"


class Account(models.Model):
    """One account of one book in one currency. `balance_minor` is signed, debit +, credit −, and moved only by posting."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="accounts")
    number = models.CharField(max_length=5)
    subject = models.CharField(max_length=80, default="")
    currency = models.CharField(max_length=3)
    normal = models.SmallIntegerField()
    fund = models.CharField(max_length=9)
    floor = models.CharField(max_length=5)
    mirror = models.CharField(max_length=60, default="")  # group:subject
    by_item = models.BooleanField(default=False)
    balance_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)  # of pending holds that would lower it; kept by trigger
    last_seq = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)  # of its latest entry
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    # What the payment engine must know of an account that it pays, set by whoever opened it (BOOKS.md section 1).
    accepts_payments = models.BooleanField(default=False)
    payable_limit = models.CharField(max_length=7, default="closed")  # balance | any | closed
    pays_into = models.CharField(max_length=9, default="")  # operating | trust
    cost_account = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number", "subject", "currency"], name="account_once"),
            models.CheckConstraint(
                condition=~models.Q(floor="zero") | models.Q(normal=1, balance_minor__gte=0) | models.Q(normal=-1, balance_minor__lte=0),
                name="account_floor",
            ),
            models.CheckConstraint(condition=models.Q(normal__in=[1, -1]), name="account_normal"),
            models.CheckConstraint(condition=models.Q(floor__in=["zero", "kinds", "any"]), name="account_floor_known"),
            models.CheckConstraint(condition=models.Q(held_minor__gte=0), name="account_held"),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="account_at"),
            models.Index(fields=["number", "created_at", "id"], name="account_number_at"),
            models.Index(fields=["subject", "created_at", "id"], name="account_subject_at"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def kind(self) -> AccountKind:
        return KINDS[self.number]

    @property
    def code(self) -> str:
        """As BOOKS.md writes it: ``L1500/lse_1:bob.usd``."""
        return f"{self.number}/{self.subject}.{self.currency}" if self.subject else f"{self.number}.{self.currency}"

    @property
    def shown_minor(self) -> int:
        """The balance, positive on the account's normal side."""
        return self.normal * self.balance_minor

    @property
    def available_minor(self) -> int:
        """What may still be taken: the shown balance less what pending holds would take of it."""
        return self.shown_minor - self.held_minor


class Transaction(models.Model):
    """A balanced set of entries, recorded once under its reference."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    reference = models.CharField(max_length=120, unique=True)  # <kind>:<object id>[:<part>]
    kind = models.CharField(max_length=40)
    effective_on = models.DateField()
    at = models.DateTimeField()  # recorded
    request_id = models.CharField(max_length=64, default="")
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_xid = models.BigIntegerField()  # of the database transaction that made it: what a snapshot saw

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reverses"], name="transaction_reversed_once", condition=models.Q(reverses__isnull=False))
        ]
        indexes = [
            models.Index(fields=["at", "id"], name="transaction_at"),
            models.Index(fields=["kind", "at", "id"], name="transaction_kind_at"),
        ]

    def __str__(self) -> str:
        return self.reference


class Entry(models.Model):
    """One leg. Append-only, partitioned by month of `at`; made by migration, guarded by triggers."""

    id = models.BigIntegerField(primary_key=True)  # identity
    transaction = models.ForeignKey(Transaction, on_delete=models.DO_NOTHING, db_constraint=False, related_name="entries")
    leg = models.SmallIntegerField()  # 1 to n within its transaction
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_constraint=False, related_name="entries")
    book = models.ForeignKey(Book, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    currency = models.CharField(max_length=3)
    fund = models.CharField(max_length=9)
    amount_minor = models.BigIntegerField()  # debit +, credit −
    balance_after = models.BigIntegerField()
    seq = models.BigIntegerField()  # per account, without gaps
    item = models.CharField(max_length=60, null=True)
    effective_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "ledger_entry"
        verbose_name_plural = "entries"
        ordering = ["id"]

    def __str__(self) -> str:
        side, amount = ("Dr", self.amount_minor) if self.amount_minor > 0 else ("Cr", -self.amount_minor)
        return f"{side} {self.account_id} {amount}"


class Hold(models.Model):
    """A promise beside the balance, resolved once: posted (the rest released), released or expired."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    reference = models.CharField(max_length=120, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    amount_minor = models.BigIntegerField()  # signed as the entry that it promises
    posted_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, default="pending")  # pending | posted | released | expired
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="hold_not_zero"),
            models.CheckConstraint(condition=models.Q(state__in=["pending", "posted", "released", "expired"]), name="hold_state"),
            models.CheckConstraint(
                condition=models.Q(state="pending", resolved_at=None) | models.Q(~models.Q(state="pending"), resolved_at__isnull=False),
                name="hold_resolved_once",
            ),
        ]
        indexes = [models.Index(fields=["account"], name="hold_pending", condition=models.Q(state="pending"))]

    def __str__(self) -> str:
        return self.reference


class Watermark(models.Model):
    """A moment, and what the database had committed then: what was known. Its own snapshot decides, not a clock.

    A transaction takes its moment before it commits, so that one recorded at 14:32:04 may come to be known at 14:32:06. What was
    known at K is what was recorded until K and seen by the first watermark at or after K; that answer never changes.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    snapshot = models.TextField()  # PostgreSQL's pg_snapshot: xmin:xmax:in progress

    class Meta:
        indexes = [models.Index(fields=["at", "id"], name="watermark_at")]

    def __str__(self) -> str:
        return self.at.isoformat()


class Period(models.Model):
    """A book closed through a day. What comes later with an older effective date keeps it, and is recorded in the open period."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="periods")
    through_on = models.DateField()
    closed_at = models.DateTimeField()
    watermark = models.ForeignKey(Watermark, on_delete=models.PROTECT, related_name="+")
    closed_by = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "through_on"], name="period_once")]

    def __str__(self) -> str:
        return f"{self.book} through {self.through_on}"


class Checkpoint(models.Model):
    """What the entries of one account up to `through_seq`, since the last checkpoint, add up to for one effective date.

    An as-of balance is the sum of a few of these and of the entries after the last.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    through_seq = models.BigIntegerField()
    through_at = models.DateTimeField()  # of the entry `through_seq`
    effective_on = models.DateField()
    total_minor = models.BigIntegerField()  # signed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "through_seq", "effective_on"], name="checkpoint_once")]

    def __str__(self) -> str:
        return f"{self.account_id} through {self.through_seq} on {self.effective_on}"


class ArchivedMonth(models.Model):
    """A month of entries whose partition was taken off. Balances and `as_of` go on; what asks for its entries says that they are away."""

    month = models.DateField(primary_key=True)  # its first day
    until = models.DateTimeField()  # its entries were recorded before this
    known_after = models.DateTimeField(null=True)  # the last watermark after it that did not see all of them
    entries = models.BigIntegerField()
    archived_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class ArchivedSum(models.Model):
    """What the archived entries of one account and month add up to, for one effective date: balances of the past go on without them."""

    id = models.BigAutoField(primary_key=True)
    month = models.ForeignKey(ArchivedMonth, on_delete=models.CASCADE, related_name="sums")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    debits_minor = models.BigIntegerField()
    credits_minor = models.BigIntegerField()
    entries = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.account_id} of {self.month_id:%Y-%m} on {self.effective_on}"
