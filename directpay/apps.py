from django.apps import AppConfig


class DirectPayConfig(AppConfig):
    name = "directpay"

    def ready(self) -> None:
        from django.contrib.postgres.indexes import OpClass
        from django.db.models.indexes import IndexExpression

        from directpay.ops import gather

        IndexExpression.register_wrappers(OpClass)  # django.contrib.postgres as an app would ask each connection for types
        gather.register()
