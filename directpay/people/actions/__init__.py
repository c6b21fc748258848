"""What can be done with people and their keys; one import for the doors and rooms above."""

from directpay.people.actions.api_keys import NewKey, create_api_key, mark_used, revoke_api_key, roll_api_key
from directpay.people.actions.change_user import ContactFixed, change_user, close_user
from directpay.people.actions.locks import lift_locks
from directpay.people.actions.second_factor import note_second_factor, remove_second_factors
from directpay.people.actions.users import EmailUnavailable, create_payee, create_user, set_password

__all__ = [
    "ContactFixed",
    "EmailUnavailable",
    "NewKey",
    "change_user",
    "close_user",
    "create_api_key",
    "create_payee",
    "create_user",
    "lift_locks",
    "mark_used",
    "note_second_factor",
    "remove_second_factors",
    "revoke_api_key",
    "roll_api_key",
    "set_password",
]
