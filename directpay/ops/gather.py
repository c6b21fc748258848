"""What this floor sets up when Django starts."""

from django.conf import settings
from django.db.models.signals import post_migrate

from directpay.due.registry import Queue
from directpay.due.registry import register as register_queue
from directpay.ops import checks, clock, grants, partitions, upkeep


def register() -> None:
    checks.refuse_unsafe(settings)
    clock.install()
    register_queue(Queue(partitions.QUEUE, partitions.keep_ahead, always=True))
    register_queue(Queue(upkeep.ANSWERS_QUEUE, upkeep.drop_old_answers, always=True))
    register_queue(Queue(upkeep.SIGN_INS_QUEUE, upkeep.forget_sign_ins, always=True))
    post_migrate.connect(grants.after_migrate, dispatch_uid="directpay.grants")
