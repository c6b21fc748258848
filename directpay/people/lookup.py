"""Finding one row among those that an actor may see, by its public id, on paths where everybody waits.

The ORM writes the SQL once for each kind of actor; asked again it costs what the database takes, and the rule stays in one place.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from directpay.database.statements import soon
from directpay.people.actor import Actor

USER_ID = 8_070_605_040_302_010  # stand in for the values of a call; no query has them of itself
PUBLIC_ID = "stands in for a public id"


@dataclass(frozen=True, slots=True)
class Lookup:
    """`visible(actor)` is the rule; it may look at `user_id` as a parameter of its query, at `role` and `may_see_all` as it likes."""

    visible: Callable[[Actor], QuerySet[Any]]
    columns: tuple[str, ...]
    _written: dict[tuple[str, bool], tuple[str, tuple[Any, ...]]] = field(default_factory=dict)

    def find(self, public_id: str, actor: Actor) -> tuple[Any, ...] | None:
        """The columns of that row; None when there is none, or none that this actor may see."""
        return self.ask(public_id, actor)()

    def ask(self, public_id: str, actor: Actor) -> Callable[[], tuple[Any, ...] | None]:
        """The same, asked together with what else is asked before it is looked at."""
        kind = (actor.role, actor.may_see_all)
        if kind not in self._written:
            self._written[kind] = self._write(actor)
        sql, parameters = self._written[kind]
        if not sql:
            return lambda: None
        values = {USER_ID: actor.user_id, PUBLIC_ID: public_id}
        return soon(sql, [values.get(value, value) for value in parameters]).row

    def _write(self, actor: Actor) -> tuple[str, tuple[Any, ...]]:
        """SQL and its parameters; nothing where the rule shows nothing."""
        found = self.visible(replace(actor, user_id=USER_ID, user_public_id="", label=""))
        try:
            return found.filter(public_id=PUBLIC_ID).values_list(*self.columns).query.sql_with_params()
        except EmptyResultSet:
            return "", ()
