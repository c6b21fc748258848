"""An error of the state shows the whole object, as Stripe does."""

from typing import Any

from directpay.api.views import ApiView, Context
from directpay.kernel.errors import UnexpectedState


class ShowsWhatStands(ApiView):
    """For views of rows whose verbs raise UnexpectedState: the row stands in the answer under the name of what it is."""

    def handle_exception(self, exc: Exception) -> Any:
        """As it stands, now that what was tried is undone."""
        if isinstance(exc, UnexpectedState):
            row = self.queryset_for(self.actor).filter(id=exc.row.id).first()
            if row is not None:
                exc.details[self.object_name] = self.render(row, Context(self.actor, self.at))
        return super().handle_exception(exc)
