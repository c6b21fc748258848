"""The ground of every admin page: staff look, actions change. Rows are never added, edited or deleted by hand."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from directpay.kernel.clock import EASTERN
from directpay.kernel.money import words


class _Closed:
    """For pages and their inlines alike."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LookOnly(_Closed, ModelAdmin):
    """A list and a page of a model that only actions change."""

    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    actions: Any = None
    compressed_fields = True

    def pages(self) -> Sequence[tuple[str, Callable[..., HttpResponseBase], str]]:
        """Pages of its own besides the list and the row: (route below the model, view, name in `admin:`). For staff alone."""
        return ()

    def get_urls(self) -> list[URLPattern]:
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in self.pages()]
        return own + super().get_urls()

    def page(self, request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200) -> TemplateResponse:
        """A page in the frame of the admin."""
        frame = {**self.admin_site.each_context(request), "title": title, "opts": self.model._meta, "page": self}
        return TemplateResponse(request, template, frame | context, status=status)

    def confirmed(self, request: HttpRequest) -> bool:
        """Whether this POST of an action comes from the page that `confirm` shows."""
        return request.POST.get("confirmed") == "yes"

    def confirm(self, request: HttpRequest, template: str, action: str, title: str, rows: Sequence[Model]) -> TemplateResponse:
        """What an action is about to do to which rows: a template that extends `people/confirm.html`. A second POST does it."""
        return self.page(request, template, title, {"action": action, "rows": rows})

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponseBase | None:
        """Rows that somebody typed in instead of choosing them are none: Django would ask the database for them, and fail."""
        try:
            for key in request.POST.getlist(helpers.ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(key)
        except (ValidationError, ValueError):
            self.message_user(request, "These rows are not of this list: nothing was changed.", messages.ERROR)
            return None
        return super().response_action(request, queryset)


class LookOnlyInline(_Closed, TabularInline):
    """Rows that belong to a page."""

    extra = 0
    can_delete = False
    show_change_link = False
    hide_title = True
    tab = False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[Any]:
        return self.fields or super().get_readonly_fields(request, obj)


def money(
    field: str, label: str, currency: str | Callable[[Any], str] = "currency"
) -> Callable[[ModelAdmin | InlineModelAdmin, Any], SafeString]:
    """A column that prints minor units as `$1,500.00`, sorted by the number."""

    @display(description=label, ordering=field)
    def printed(_page: ModelAdmin | InlineModelAdmin, row: Any) -> SafeString:
        minor = getattr(row, field)
        if minor is None:
            return SafeString("")
        return amount(minor, currency(row) if callable(currency) else getattr(row, currency))

    return printed


def moment(field: str, label: str) -> Callable[[ModelAdmin | InlineModelAdmin, Any], str]:
    """A column that prints an instant to the second, in the time of the banks; empty where there is none."""

    @display(description=label, ordering=field)
    def printed(_page: ModelAdmin | InlineModelAdmin, row: Any) -> str:
        return exactly(getattr(row, field))

    return printed


def day(field: str, label: str) -> Callable[[ModelAdmin | InlineModelAdmin, Any], str]:
    """A column that prints a date, as `moment` does; empty where there is none."""

    @display(description=label, ordering=field)
    def printed(_page: ModelAdmin | InlineModelAdmin, row: Any) -> str:
        on = getattr(row, field)
        return "" if on is None else f"{on:%-d %b %Y}"

    return printed


def exactly(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(EASTERN):%-d %b %Y, %H:%M:%S ET}"


def amount(minor: int, currency: str) -> SafeString:
    return format_html('<span class="dp-m">{}</span>', words(minor, currency))


def state(word: str, tint: str) -> SafeString:
    """A state by its exact term; `tint` is one of the six of the pages, or empty."""
    return format_html('<span class="dp-state" data-s="{}">{}</span>', tint, word.replace("_", " "))


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> SafeString:
    """A small table inside a page; the last column is to the right."""
    body = format_html_join("", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in rows))
    head = format_html_join("", '<th scope="col">{}</th>', ((text,) for text in heads))
    if not body:
        return SafeString("none")
    return format_html('<div class="dp-scroll"><table class="dp-t"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>', head, body)


def as_json(value: Any) -> SafeString:
    return format_html('<pre class="dp-json">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True))
