from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import gather  # noqa: PLC0415 needs the models

        gather.register()
