from django.apps import AppConfig


class DirectPayConfig(AppConfig):
    name = "directpay"

    def ready(self) -> None:
        from directpay.ops import gather

        gather.register()
