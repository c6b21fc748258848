"""One declaration per resource; the trailing slash is optional everywhere."""

from django.urls import URLPattern, re_path

from directpay.api.views import ApiView

ID = r"(?P<id>[0-9A-Za-z_]{1,80})"


def route(address: str, view: type[ApiView]) -> URLPattern:
    """`route("payments/{id}/cancel", CancelPaymentView)`."""
    return re_path(f"^{address.replace('{id}', ID)}/?$", view.as_view(), name=address.replace("{id}", "id"))


def resource(name: str, collection: type[ApiView], one: type[ApiView], **verbs: type[ApiView]) -> list[URLPattern]:
    """`name`, `name/{id}`, and `name/{id}/verb` for each verb (an underscore in a verb stays)."""
    below = [route(f"{name}/{{id}}/{verb}", view) for verb, view in verbs.items()]
    return [route(name, collection), route(f"{name}/{{id}}", one), *below]
