"""Runs and autopays with their rows locked: leases first, in order of id, then autopays and runs, then mandates, then accounts."""

from collections.abc import Collection, Sequence

from directpay.events.unit import require_transaction
from leases.autopay.models import Autopay, AutopayRun
from leases.contracts.actions import lock_lease
from leases.contracts.models import Lease
from payments.methods.mandates.models import Mandate
from payments.methods.mandates.queries import lock_mandates

HOME = "lease__unit__property"
OF_AUTOPAY = (HOME, "user", "party", "bank_account__user", "backup_account__user", "mandate", "backup_mandate")
OF_RUN, OF_NOTICE = (HOME, "user", "bank_account__user"), (HOME, "user", "party__account")  # what a day of many runs needs of each


def lock_autopay(autopay: Autopay) -> Autopay:
    """Step: its lease, then it, as they stand."""
    lock_lease(autopay.lease)
    return Autopay.objects.select_related(*OF_AUTOPAY).select_for_update(of=("self",)).get(id=autopay.id)


def lock_runs(public_ids: Sequence[str], states: Collection[str], of_autopay: Sequence[str] = OF_AUTOPAY) -> list[AutopayRun]:
    """Step: those of these runs that are in one of `states`, with their autopays, in order of their leases."""
    require_transaction()
    wanted = AutopayRun.objects.filter(public_id__in=list(public_ids))
    leases = Lease.objects.filter(id__in=list(wanted.values_list("autopay__lease_id", flat=True)))
    list(leases.order_by("id").select_for_update().values_list("id"))
    related = [f"autopay__{name}" for name in of_autopay]
    runs = wanted.filter(status__in=states).select_related(*related).order_by("autopay__lease_id", "id")
    return list(runs.select_for_update(of=("self", "autopay")))


def mandates_of(autopays: Collection[Autopay]) -> dict[int, Mandate]:
    """Step: those that these autopays rest on, as they stand, by id; nobody takes one back before this is done."""
    ids = {autopay.mandate_id for autopay in autopays} | {a.backup_mandate_id for a in autopays if a.backup_mandate_id}
    return lock_mandates(sorted(ids))
