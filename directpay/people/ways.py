"""Ways by which an actor comes to see rows: the rule itself, told so that indexes can serve the newest of them in order.

"Mine to pay, or mine to receive" as one OR has no index that gives its rows in order: PostgreSQL walks the whole table, or fetches
and sorts all that the actor ever had. Each way alone has one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Way:
    """Rows whose `lookup` is `value`; or, with `through`, is the `column` of one of those rows.

    Where those are few and each leads to many, they are asked `apart`: then the newest of each are enough.
    Where `lookup` leads to many rows of another table, `order` names there what the list falls by: its index has both.
    `where`: only those of these rows for which this holds too.
    """

    lookup: str
    value: Any = None
    through: QuerySet[Any] | None = None
    column: str = "pk"
    apart: bool = False
    order: tuple[str, ...] = ()
    where: Q = field(default_factory=Q)

    @property
    def rule(self) -> Q:
        if self.through is None:
            return Q(**{self.lookup: self.value}) & self.where
        return Q(**{f"{self.lookup}__in": self.through.values(self.column)}) & self.where


def seen_by(rows: QuerySet[Row], ways: Sequence[Way] | None) -> QuerySet[Row]:
    """Of these rows, those that somebody comes to see by these ways; all, where `ways` is None."""
    return rows if ways is None else rows.filter(any_of(ways))


def any_of(ways: Sequence[Way]) -> Q:
    """What an actor may see: by one way or another; nothing without any."""
    seen = Q(pk__in=[])
    for way in ways:
        seen |= way.rule
    return seen
