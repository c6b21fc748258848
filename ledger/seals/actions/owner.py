"""What only the database's owner may do: write where the runtime role may not."""

from django.db import connection

from directpay.kernel.errors import NotAllowed


class OwnerRequired(NotAllowed):
    """The command runs in the role of the application, which has not the right."""

    code = "owner_required"


def demand_owner() -> None:
    """Raises OwnerRequired unless this connection may write entries, which is what the runtime role may not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('ledger_entry', 'INSERT')")
        if not cursor.fetchone()[0]:
            raise OwnerRequired("this is for the database's owner: DIRECTPAY_DATABASE_ROLE=owner")
