"""`/api/v1/autopays`: rent that is paid by itself. The renter's own; a landlord is told of a lease only whether it is on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, DateField, IdField, MetadataField, merged_metadata
from directpay.api.lists import Filter, related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView, PartView
from directpay.people.actor import Actor
from directpay.people.models import User
from directpay.people.ways import Way
from leases.autopay.actions.stopping import REQUESTED, pause_autopay, resume_autopay, skip_run, turn_off
from leases.autopay.actions.turn_on import RAILS, Order, change_autopay, order_of, turn_on
from leases.autopay.dates import NOTICE_DAYS
from leases.autopay.examples import (
    ASKS,
    CHANGES,
    ENDED,
    NOT_CHANGED,
    NOT_SKIPPED,
    ON_LEASE,
    PAUSES,
    REFUSED,
    RESUMES,
    RUNS,
    SHOWN,
    SKIPS,
    TURNS_OFF,
)
from leases.autopay.expected import expected_minor
from leases.autopay.models import Autopay, AutopayRun
from leases.autopay.queries import is_on, next_run, runs_of, visible_autopays, ways_to_autopays, with_next_run
from leases.contracts.models import Lease
from leases.contracts.queries import lease_of
from leases.rent.api.leases import Leases
from payments.methods.queries import bank_account_to_pay_from

MODES, STATUSES, RUN_STATUSES = Autopay.Mode.values, Autopay.Status.values, AutopayRun.Status.values


class OrderInput(StrictSerializer):
    """What may be changed later too. Null takes a day, a backup or a cap away again."""

    mode = serializers.ChoiceField(choices=MODES, required=False)
    amount = AmountField(required=False, allow_null=True, help_text="Of `up_to` and `fixed`.")
    day_of_month = serializers.IntegerField(
        min_value=1, max_value=31, required=False, allow_null=True, help_text="31 is the last day; without it, whenever the rent falls due."
    )
    rail = serializers.ChoiceField(choices=RAILS, required=False)
    bank_account = IdField("ba", required=False)
    mandate = IdField("mandate", required=False, help_text="Of `bank_account`; its newest without it.")
    backup_bank_account = IdField("ba", required=False, allow_null=True, help_text="Pays once, when the first cannot. Needs a mandate too.")
    cap_amount = AmountField(required=False, allow_null=True, help_text="A run for more is not paid: autopay is paused.")
    cap_percent = serializers.IntegerField(
        min_value=0, max_value=1000, required=False, allow_null=True, help_text="The same, above what the run before paid."
    )
    metadata = MetadataField()


class AutopayInput(OrderInput):
    lease = IdField("lse")
    bank_account = IdField("ba")


class PauseInput(StrictSerializer):
    reason = serializers.CharField(max_length=40, required=False)


class SkipInput(StrictSerializer):
    date = DateField(required=False, help_text="Of the run; the next one without it.")


class NextRunOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    date = serializers.DateField()
    expected_amount = serializers.IntegerField(help_text="What it will pay if nothing else happens.")
    notices = serializers.ListField(child=serializers.DateField())


class AutopayOutput(ObjectOutput):
    status = serializers.ChoiceField(choices=STATUSES)
    status_reason = serializers.CharField(allow_null=True)
    lease = serializers.CharField()
    renter = serializers.CharField()
    mode = serializers.ChoiceField(choices=MODES)
    amount = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    day_of_month = serializers.IntegerField(allow_null=True)
    rail = serializers.ChoiceField(choices=RAILS)
    bank_account = serializers.CharField()
    mandate = serializers.CharField()
    backup_bank_account = serializers.CharField(allow_null=True)
    cap_amount = serializers.IntegerField(allow_null=True)
    cap_percent = serializers.IntegerField(allow_null=True)
    next_run = NextRunOutput(allow_null=True)


class RunOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    object = serializers.ChoiceField(choices=["autopay_run"])
    date = serializers.DateField()
    status = serializers.ChoiceField(choices=RUN_STATUSES)
    reason = serializers.CharField(allow_null=True)
    noticed_amount = serializers.IntegerField(allow_null=True, help_text="What the last notice named.")
    amount = serializers.IntegerField(allow_null=True)
    payments = serializers.ListField(child=serializers.CharField(), help_text="The first, its retries, and the one of the backup account.")


class RunsOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["list"])
    url = serializers.CharField()
    has_more = serializers.BooleanField()
    data = RunOutput(many=True)  # type: ignore[assignment]  # a field of that name


class OnOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["lease_autopay"])
    lease = serializers.CharField()
    on = serializers.BooleanField()


@by_id
class Autopays(ApiView):
    object_name = "autopay"
    output_serializer: ClassVar[Any] = AutopayOutput
    expanders = {
        "lease": "lease",
        "renter": "user",
        "bank_account": "bank_account",
        "backup_bank_account": "bank_account",
        "mandate": "mandate",
    }
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Autopay]:
        return visible_autopays(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_autopays(actor)

    def render_many(self, rows: Sequence[Autopay], context: Context) -> list[dict[str, Any]]:
        runs = [run for row in rows if (run := next_run(row))]
        amounts = {run.id: amount for run, amount in zip(runs, expected_minor(runs), strict=True)}
        return [render_autopay(row, amounts) for row in rows]


class AutopaysView(Autopays, CollectionView):
    """Rent that is paid by itself, on its day, in the amount that is owed then. One for each renter of a lease."""

    input_serializer = AutopayInput
    asks = ASKS
    refusals = REFUSED
    filters = {
        "lease": related("lease", Lease),
        "renter": related("user", User),
        "status": Filter("status", serializers.ChoiceField(choices=STATUSES)),
    }

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Autopay:
        account = bank_account_to_pay_from(data["bank_account"], actor)
        lease = lease_of(data["lease"], actor)
        return shown(turn_on(lease, _changed(Order(account), data, actor), actor=actor, at=at))


class AutopayView(Autopays, ObjectView):
    """One autopay. What is changed holds from the next run on."""

    update_serializer = OrderInput
    asks = CHANGES
    refusals = NOT_CHANGED

    def update(self, actor: Actor, row: Autopay, data: dict[str, Any], at: datetime) -> Autopay:
        return shown(change_autopay(row, _changed(order_of(row), data, actor), actor=actor, at=at))


class PauseAutopayView(Autopays, ActionView):
    """Runs go by until it is resumed."""

    input_serializer = PauseInput
    asks = PAUSES
    refusals = (ENDED,)

    def act(self, actor: Actor, row: Autopay, data: dict[str, Any], at: datetime) -> Autopay:
        return shown(pause_autopay(row, reason=data.get("reason", REQUESTED), actor=actor, at=at))


class ResumeAutopayView(Autopays, ActionView):
    """From the next run on."""

    asks = RESUMES
    refusals = (ENDED,)

    def act(self, actor: Actor, row: Autopay, data: dict[str, Any], at: datetime) -> Autopay:
        return shown(resume_autopay(row, actor=actor, at=at))


class SkipAutopayView(Autopays, ActionView):
    """This once nothing is paid. Name the date: then a second time is the same as once."""

    input_serializer = SkipInput
    asks = SKIPS
    refusals = NOT_SKIPPED

    def act(self, actor: Actor, row: Autopay, data: dict[str, Any], at: datetime) -> Autopay:
        planned = next_run(row)
        skip_run(row, data.get("date") or (planned.run_on if planned else at.date()), actor=actor, at=at)
        return shown(row)


class TurnOffAutopayView(Autopays, ActionView):
    """For good. What is on its way stays so; nothing is tried again."""

    asks = TURNS_OFF

    def act(self, actor: Actor, row: Autopay, data: dict[str, Any], at: datetime) -> Autopay:
        return shown(turn_off(row, actor=actor, at=at))


class AutopayRunsView(Autopays, PartView):
    """The days on which it paid, or why it did not: newest first, the latest fifty."""

    output_serializer: ClassVar[Any] = RunsOutput
    example: ClassVar[Mapping[str, Any]] = RUNS
    example_id = SHOWN["id"]

    def read(self, row: Autopay, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        data = [render_run(run) for run in runs_of(row)]
        return {"object": "list", "url": f"/v1/autopays/{row.public_id}/runs", "has_more": False, "data": data}


class LeaseAutopayView(Leases, PartView):
    """Whether anybody on the lease pays by itself: all that a landlord learns of it."""

    output_serializer: ClassVar[Any] = OnOutput
    example: ClassVar[Mapping[str, Any]] = ON_LEASE
    example_id = SHOWN["lease"]

    def read(self, row: Lease, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        return {"object": "lease_autopay", "lease": row.public_id, "on": is_on(row)}


def shown(autopay: Autopay) -> Autopay:
    """As it stands now, with its next run."""
    return with_next_run().get(id=autopay.id)


NAMES = {"mode": "mode", "amount": "amount_minor", "day_of_month": "day_of_month", "rail": "rail", "mandate": "mandate"}
CAPS = {"cap_amount": "cap_minor", "cap_percent": "cap_percent"}


def _changed(order: Order, data: Mapping[str, Any], actor: Actor) -> Order:
    """The order with what is given; what is not given stays. Raises InvalidInput for accounts that the actor may not pay from."""
    given: dict[str, Any] = {field: data[name] for name, field in {**NAMES, **CAPS}.items() if name in data}
    if data.get("mode") == Autopay.Mode.FULL_BALANCE and "amount" not in data:
        given["amount_minor"] = None
    if "bank_account" in data:
        given["bank_account"] = bank_account_to_pay_from(data["bank_account"], actor)
    if "backup_bank_account" in data:
        backup = data["backup_bank_account"]
        given["backup_account"] = backup and bank_account_to_pay_from(backup, actor, param="backup_bank_account")
    return replace(order, **given, metadata=merged_metadata(order.metadata, data.get("metadata")))


def render_autopay(row: Autopay, expected: Mapping[int, int]) -> dict[str, Any]:
    """An autopay as the API shows it."""
    run = next_run(row)
    following = run and {
        "id": run.public_id,
        "date": run.run_on,
        "expected_amount": expected[run.id],
        "notices": [run.run_on - timedelta(days=days) for days in NOTICE_DAYS],
    }
    return rendered(
        "autopay",
        row,
        status=row.status,
        status_reason=row.reason or None,
        lease=row.lease.public_id,
        renter=row.user.public_id,
        mode=row.mode,
        amount=row.amount_minor,
        currency=row.lease.currency,
        day_of_month=row.day_of_month,
        rail=row.rail,
        bank_account=row.bank_account.public_id,
        mandate=row.mandate.public_id,
        backup_bank_account=row.backup_account.public_id if row.backup_account else None,
        cap_amount=row.cap_minor,
        cap_percent=row.cap_percent,
        next_run=following,
    )


def render_run(run: AutopayRun) -> dict[str, Any]:
    """A run as the API shows it."""
    return {
        "id": run.public_id,
        "object": "autopay_run",
        "date": run.run_on,
        "status": run.status,
        "reason": run.reason or None,
        "noticed_amount": run.told_minor,
        "amount": run.amount_minor,
        "payments": [attempt.payment.public_id for attempt in run.attempts.all()],
    }


urlpatterns = [
    *resource(
        "autopays",
        AutopaysView,
        AutopayView,
        pause=PauseAutopayView,
        resume=ResumeAutopayView,
        skip=SkipAutopayView,
        turn_off=TurnOffAutopayView,
        runs=AutopayRunsView,
    ),
    route("leases/{id}/autopay", LeaseAutopayView),
]
