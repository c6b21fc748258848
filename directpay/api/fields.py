"""Fields that every resource shares: amounts, currencies, dates, metadata, ids."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from directpay.api.brackets import FormText
from directpay.kernel.money import EXPONENTS

WHOLE = re.compile(r"-?[0-9]{1,18}")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_YEAR, LAST_YEAR = 1900, 2200
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500


@extend_schema_field({"type": "integer", "format": "int64", "description": "In minor units: 150000 is $1,500.00."})
class AmountField(serializers.Field):
    """An integer of minor units, 1 to settings.PAYMENT_MAX_MINOR (or `max_minor`); text only where forms have nothing else."""

    default_error_messages = {
        "invalid": "amounts are whole numbers of minor units, for example 150000 for $1,500.00.",
        "amount_too_small": "the amount must be at least {limit}.",
        "amount_too_large": "the amount may be at most {limit} (in minor units).",
    }

    def __init__(self, *, allow_zero: bool = False, max_minor: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.min_minor = 0 if allow_zero else 1
        self.max_minor = max_minor

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, FormText) and WHOLE.fullmatch(data):
            data = int(data)
        if type(data) is not int:  # a bool is an int, and 1500.0 is a float: neither is an amount
            self.fail("invalid")
        limit = settings.PAYMENT_MAX_MINOR if self.max_minor is None else self.max_minor
        if data < self.min_minor:
            self.fail("amount_too_small", limit=self.min_minor)
        if data > limit:
            self.fail("amount_too_large", limit=limit)
        return data

    def to_representation(self, value: int) -> int:
        return value


@extend_schema_field({"type": "string", "enum": sorted(EXPONENTS), "description": "ISO 4217, in any case."})
class CurrencyField(serializers.Field):
    """ISO 4217 in any case; comes out in lower case."""

    default_error_messages = {"invalid": "unknown currency; use one of {known}."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data.lower() not in EXPONENTS:
            self.fail("invalid", known=", ".join(sorted(EXPONENTS)))
        return data.lower()

    def to_representation(self, value: str) -> str:
        return value


@extend_schema_field({"type": "string", "format": "date"})
class DateField(serializers.Field):
    """A calendar day written YYYY-MM-DD, and in no other way."""

    default_error_messages = {"invalid": "dates are written YYYY-MM-DD, for example 2026-11-01."}

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not ISO_DATE.fullmatch(data):
            self.fail("invalid")
        try:
            day = date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail("invalid")
        return day

    def to_representation(self, value: date) -> str:
        return value.isoformat()


class AllNames(dict[str, str]):
    """What an update with `metadata=` says: every name is removed."""


class PhoneField(serializers.RegexField):
    """A telephone number as people write it: digits, spaces, dots, dashes and brackets, a plus first; as long as its column."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^\+?[0-9 ().\-]{3,32}$", max_length=32, **options)


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": METADATA_KEYS})
class MetadataField(serializers.Field):
    """Up to 50 names with texts; numbers become text as at Stripe. Empty texts are dropped, or kept `for_update`, where they remove."""

    default_error_messages = {
        "invalid": "metadata is a set of names with texts.",
        "too_many": f"metadata has at most {METADATA_KEYS} names.",
        "bad_name": f"metadata names have 1 to {METADATA_KEY_LENGTH} characters, without square brackets.",
        "bad_value": f"metadata values are texts of at most {METADATA_VALUE_LENGTH} characters: {{name}}.",
    }

    def __init__(self, *, for_update: bool = False, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        self.for_update = for_update

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if isinstance(data, list) and all(isinstance(item, FormText) for item in data):
            data = {str(position): item for position, item in enumerate(data)}  # metadata[0]=… in a form
        if isinstance(data, FormText) and not data:
            return AllNames() if self.for_update else {}
        if not isinstance(data, Mapping):
            self.fail("invalid")
        if len(data) > METADATA_KEYS:
            self.fail("too_many")
        texts = {self._name(name): self._text(name, value) for name, value in data.items()}
        return {name: text for name, text in texts.items() if text or self.for_update}

    def _name(self, name: str) -> str:
        if not 1 <= len(name) <= METADATA_KEY_LENGTH or "[" in name or "]" in name:
            self.fail("bad_name")
        return name

    def _text(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            value = "true" if value else "false"
        text = "" if value is None else str(value)
        if not isinstance(value, (str, int, Decimal, type(None))) or len(text) > METADATA_VALUE_LENGTH:
            self.fail("bad_value", name=name)
        return text

    def to_representation(self, value: dict[str, str]) -> dict[str, str]:
        return value


def merged_metadata(present: Mapping[str, str], given: Mapping[str, str] | None) -> dict[str, str]:
    """Metadata after an update: names given replace, empty texts remove, the rest stays. Raises ValidationError over 50 names."""
    if isinstance(given, AllNames):
        return {}
    merged = {name: text for name, text in {**present, **(given or {})}.items() if text}
    if len(merged) > METADATA_KEYS:
        raise serializers.ValidationError({"metadata": [MetadataField.default_error_messages["too_many"]]})
    return merged


@extend_schema_field({"type": "string"})
class IdField(serializers.Field):
    """A public id with this prefix (or one of several). That it exists is for the action to say."""

    default_error_messages = {"invalid": "this is not an id like {example}."}

    def __init__(self, *prefixes: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.options = kwargs
        self.prefixes = prefixes
        self.shape = re.compile(rf"(?:{'|'.join(map(re.escape, prefixes))})_[0-9A-Za-z]{{1,64}}")

    def __deepcopy__(self, memo: Any) -> "IdField":
        return type(self)(*self.prefixes, **self.options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not self.shape.fullmatch(data):
            self.fail("invalid", example=f"{self.prefixes[0]}_…")
        return str(data)

    def to_representation(self, value: str) -> str:
        return value
