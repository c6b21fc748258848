"""What the rooms of this app register when Django starts: last, so that due work that moves money goes first."""

from django.conf import settings

from directpay.due.registry import Queue
from directpay.due.registry import register as register_queue
from directpay.events.registry import listen
from directpay.ops.lanes import SHORT_WAYS
from directpay.ops.metrics import register_collector
from webhooks.inbound import metrics as inbound_metrics
from webhooks.inbound.actions.forget import FORGET_QUEUE, forget_bodies
from webhooks.inbound.actions.keep import WORK_QUEUE
from webhooks.inbound.actions.work import work_on_inbox
from webhooks.inbound.providers import PROVIDERS
from webhooks.mail import metrics
from webhooks.mail.actions.ahead import REMINDERS_QUEUE, STATEMENTS_QUEUE, remind, write_statements
from webhooks.mail.actions.deliver import BATCH, LEASE_SECONDS, send_mail
from webhooks.mail.actions.write import SEND_QUEUE
from webhooks.mail.listeners import SCHEDULES, TYPES, hear, look_ahead


def register() -> None:
    if settings.MAIL_ON:
        listen("mail", *TYPES, hear=hear)
        listen("mail.ahead", *SCHEDULES, hear=look_ahead)
    SHORT_WAYS.update(f"/webhooks/{name}" for name in PROVIDERS)
    register_queue(Queue(WORK_QUEUE, work_on_inbox))
    register_queue(Queue(FORGET_QUEUE, forget_bodies, always=True))
    register_collector(inbound_metrics.collect)
    register_queue(Queue(REMINDERS_QUEUE, remind))
    register_queue(Queue(STATEMENTS_QUEUE, write_statements))
    register_queue(Queue(SEND_QUEUE, send_mail, local=False, lease_seconds=LEASE_SECONDS, batch=BATCH))
    register_collector(metrics.collect)
