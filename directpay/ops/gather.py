"""What this floor sets up when Django starts."""

import gc
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models.signals import post_migrate, pre_migrate

from directpay.due.registry import Queue
from directpay.due.registry import register as register_queue
from directpay.ops import backlog, build, checks, clock, dependencies, grants, partitions, query_times, upkeep
from directpay.ops.metrics import register_collector
from directpay.people.sign_in import resealing
from directpay.sagas.actions import SAGA_QUEUE, work_on_sagas


def register() -> None:
    checks.refuse_unsafe(settings)
    clock.install()
    register_queue(Queue(partitions.QUEUE, partitions.keep_ahead, always=True))
    register_queue(Queue(upkeep.ANSWERS_QUEUE, upkeep.drop_old_answers, always=True))
    register_queue(Queue(upkeep.SIGN_INS_QUEUE, upkeep.forget_sign_ins, always=True))
    register_queue(Queue(upkeep.RETENTION_QUEUE, upkeep.drop_what_is_old, always=True))
    register_queue(Queue(resealing.RESEAL_QUEUE, resealing.reseal, always=True))
    register_queue(Queue(SAGA_QUEUE, work_on_sagas))
    query_times.install()
    for collector in (build.collect, backlog.collect, backlog.collect_heartbeat, dependencies.collect):
        register_collector(collector)
    # Django says so once for each app: of all of them, one is asked.
    ours = apps.get_app_config("directpay")
    pre_migrate.connect(before_migrate, sender=ours, dispatch_uid="directpay.gc")
    post_migrate.connect(grants.after_migrate, sender=ours, dispatch_uid="directpay.grants")


def before_migrate(**_: Any) -> None:
    """Each migration makes the classes of the models anew, thousands in all. To look for garbage among what stays took a third of the
    time; never to look takes longer still, for dead classes go on being told of every new one (django-fsm's `class_prepared`)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 3)
