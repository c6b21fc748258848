"""Whose rows these are: what was written to a person, and what it chose, is that person's alone."""

from typing import Final

FUNCTIONS: Final = "SELECT 'none of its own'"
POLICIES: Final = {
    "webhooks_message": "user_id = (SELECT directpay_asking())",
    "webhooks_preference": "user_id = (SELECT directpay_asking())",
}
