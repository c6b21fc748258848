"""The chain of seals over the log: to compare with the anchor that is kept elsewhere."""

from django.contrib import admin
from unfold.decorators import display

from directpay.events.look_only import LookOnly, moment
from ledger.seals.kinds import BY_CODE
from ledger.seals.models import Seal


@admin.register(Seal)
class SealAdmin(LookOnly):
    list_display = ("__str__", "sealed", "rows", "complete", "digest")
    list_filter = ("complete",)
    ordering = ("-id",)
    fields = ("id", "sealed", "rows", "first", "last", "complete", "digest", "head_digest", "previous_digest", "snapshot")
    sealed = moment("at", "sealed")

    @display(description="hash")
    def digest(self, seal: Seal) -> str:
        return bytes(seal.hash).hex()

    @display(description="hash of the last row")
    def head_digest(self, seal: Seal) -> str:
        return bytes(seal.head).hex()

    @display(description="hash of the seal before")
    def previous_digest(self, seal: Seal) -> str:
        return bytes(seal.previous).hex()

    @display(description="first row")
    def first(self, seal: Seal) -> str:
        return f"{BY_CODE[seal.first_kind].name} {seal.first_id}"

    @display(description="last row")
    def last(self, seal: Seal) -> str:
        return f"{BY_CODE[seal.last_kind].name} {seal.last_id}"
