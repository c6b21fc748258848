"""Runs and autopays with their rows locked: leases first, in order of id, then autopays and runs, then mandates, then accounts."""

from collections.abc import Collection, Sequence

from directpay.events.unit import require_transaction
from leases.autopay.models import Autopay, AutopayRun
from leases.contracts.actions import lock_lease_rows
from leases.contracts.models import Lease
from payments.methods.mandates.models import Mandate
from payments.methods.mandates.queries import lock_mandates

HOME = "lease__unit__property"
OF_AUTOPAY = (HOME, "user", "party", "bank_account__user", "backup_account__user", "mandate", "backup_mandate")
# What a day of many runs reads of each, and no more: making models of whole rows takes a third of its time.
LEASE = ("public_id", "start_on", "end_on", "due_day", "currency", "unit__property__timezone")
OF_RUN = ("user__public_id", "bank_account__public_id", "bank_account__status", "bank_account__currency", "bank_account__user__public_id")
OF_NOTICE = ("user__public_id", "party__account__balance_minor")


def lock_autopay(autopay: Autopay) -> Autopay:
    """Step: its lease, then it, as they stand."""
    lock_lease_rows([autopay.lease_id])
    return Autopay.objects.select_related(*OF_AUTOPAY).select_for_update(of=("self",)).get(id=autopay.id)


def lock_runs(public_ids: Sequence[str], states: Collection[str], only: Sequence[str] = ()) -> list[AutopayRun]:
    """Step: those of these runs that are in one of `states`, with their autopays, in order of their leases.

    With `only`, of what an autopay is about these columns and those of LEASE are read; without, all there is.
    """
    require_transaction()
    wanted = AutopayRun.objects.filter(public_id__in=list(public_ids))
    leases = Lease.objects.filter(id__in=list(wanted.values_list("autopay__lease_id", flat=True)))
    list(leases.order_by("id").select_for_update().values_list("id"))
    runs = wanted.filter(status__in=states).order_by("autopay__lease_id", "id").select_for_update(of=("self", "autopay"))
    if not only:
        return list(runs.select_related(*(f"autopay__{name}" for name in OF_AUTOPAY)))
    columns = [*(f"lease__{name}" for name in LEASE), *only]
    related = {f"autopay__{name.rpartition('__')[0]}" for name in columns}
    whole = [f.name for f in AutopayRun._meta.concrete_fields] + [f"autopay__{f.name}" for f in Autopay._meta.concrete_fields]
    return list(runs.select_related(*related).only(*whole, *(f"autopay__{name}" for name in columns)))


def mandates_of(autopays: Collection[Autopay]) -> dict[int, Mandate]:
    """Step: those that these autopays rest on, as they stand, by id; nobody takes one back before this is done."""
    ids = {autopay.mandate_id for autopay in autopays} | {a.backup_mandate_id for a in autopays if a.backup_mandate_id}
    return lock_mandates(sorted(ids))
