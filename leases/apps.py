from django.apps import AppConfig


class LeasesConfig(AppConfig):
    name = "leases"

    def ready(self) -> None:
        from leases import gather  # noqa: PLC0415 needs the models

        gather.register()
