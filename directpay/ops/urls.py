from django.urls import path

from directpay.ops.health import health, ready
from directpay.ops.metrics import metrics

urlpatterns = [
    path("health", health, name="health"),
    path("ready", ready, name="ready"),
    path("metrics", metrics, name="metrics"),
]
