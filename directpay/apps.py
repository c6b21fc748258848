from django.apps import AppConfig


class DirectPayConfig(AppConfig):
    name = "directpay"

    def ready(self) -> None:
        from directpay.ops import gather  # noqa: PLC0415 needs the models

        gather.register()
