"""Added to a stack under test by DIRECTPAY_EXTRA_APPS."""

from django.apps import AppConfig
from django.conf import settings


class ChaosConfig(AppConfig):
    name = "tests.chaos"
    label = "chaos"

    def ready(self) -> None:
        from tests.chaos.listeners import register

        register()
        settings.MIDDLEWARE.insert(0, "tests.chaos.middleware.HoldAnswer")
