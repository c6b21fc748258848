"""The OpenAPI document as the code has it: as data, and as the text that is kept in docs/openapi.yaml."""

from typing import Any

import yaml
from drf_spectacular.generators import SchemaGenerator

WIDTH = 120


class _Whole(yaml.SafeDumper):
    """Without `&id001` and `*id001`: what stands twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def document() -> dict[str, Any]:
    """What /api/schema/ serves."""
    return SchemaGenerator().get_schema(request=None, public=True)


def as_text(described: dict[str, Any]) -> str:
    """YAML, a line for each thing, in an order that does not change by itself."""
    head = "# Written by `make docs` from the code: change the code, not this file.\n"
    return head + yaml.dump(described, Dumper=_Whole, sort_keys=False, width=WIDTH, allow_unicode=True)
