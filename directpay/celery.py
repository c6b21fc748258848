"""Celery: a heartbeat and hints. Work itself is rows in Postgres, so losing the broker loses nothing."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directpay.settings")

app = Celery("directpay")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.include = ["directpay.ops.tasks"]
app.autodiscover_tasks()

# Every message expires before the next few are sent: nothing piles up while no worker is there to take it.
app.conf.beat_scheduler = "celery.beat:Scheduler"  # in memory: no schedule file that a crash could spoil
app.conf.beat_schedule = {
    "due": {"task": "directpay.ops.tasks.run_due", "schedule": 1.0, "options": {"expires": 2}},
    "relay": {"task": "directpay.ops.tasks.relay", "schedule": 1.0, "options": {"expires": 2}},
    "heartbeat": {"task": "directpay.ops.tasks.heartbeat", "schedule": 5.0, "options": {"expires": 5}},
}
