"""The shape of a request's parameters: declared once, strict, and cheap to apply."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from directpay.api.fields import MetadataField


class StrictSerializer(serializers.Serializer[Any]):
    """Names every unknown parameter, at every depth, with a 400. `null` for an optional parameter means: not given.

    One instance per class serves all requests, so it knows nothing of who asks: what depends on the actor or on
    rows belongs to the action.
    """

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError("this is a group of parameters, not a single value.")
        fields = self.fields
        for name in data:
            if name not in fields:
                raise serializers.ValidationError({name: [ErrorDetail("unknown", code="unknown")]})
        given = {name: value for name, value in data.items() if value is not None or fields[name].allow_null}
        return super().to_internal_value(given)


class NoParameters(StrictSerializer):
    """For verbs that take none."""


class MetadataOnly(StrictSerializer):
    """For updates of nothing but metadata."""

    metadata = MetadataField(for_update=True)


class ObjectOutput(serializers.Serializer[Any]):
    """What every object answers with; subclasses declare the rest. Used for the schema only: rows are rendered by hand."""

    id = serializers.CharField()
    object = serializers.CharField()
    created = serializers.IntegerField(help_text="Unix seconds.")
    livemode = serializers.BooleanField()
    metadata = MetadataField(required=True)


@lru_cache(maxsize=256)
def _shape(serializer: type[StrictSerializer]) -> StrictSerializer:
    return serializer()


def checked(serializer: type[StrictSerializer], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Validated parameters. Raises DRF's ValidationError with the path of each fault."""
    return _shape(serializer).run_validation(parameters)
