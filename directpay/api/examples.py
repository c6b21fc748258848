"""One story for all examples of the document: Alice lets 2B in Linden House, Bob pays the rent. Each room tells its part of it.

An id means the same thing in every example, so that a reader (or the makers of docs/curl and docs/postman.json) can follow it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

CREATED: Final = 1_793_631_600  # Monday, 2 November 2026, 10:00 in New York
ALICE, BOB = "usr_AliceK3v9Qm2xT7bW4nR8cLp", "usr_BobH5tY8sD1fG6jK2lZ9xCvB"
ERIN, FRANK = "usr_ErinQ2wE5rT8yU1iO4pL7kJ3", "usr_FrankZ6xC9vB2nM5lK8jH1gF"
PAYEE = "pye_AliceP4oI7uY2tR5eW8qA1sD"
BANK, UNPROVEN_BANK = "ba_LindenM3nB6vC9xZ2aS5dF8g", "ba_OtherQ7wE1rT4yU8iO3pL6kJ"
HOME, UNIT, OTHER_UNIT = "prop_LindenJ4hG7fD2sA9qW3eR64", "unit_2BT5yU8iO1pL4kJ7hG2fD9sY", "unit_3AZ6xC3vB9nM2lK5jH8gF1dT"
SHARED_LEASE, SHARED_ACCOUNT = "lse_3ABobQ7wE2rT5yU8iO1pL4kJ", "acct_SharedR3tY6uI9oP2lK5jH8g"
CAROL, MATES_UNIT, NEXT_UNIT = "usr_CarolN4bV7cX1zL5kJ8hG2fD", "unit_4CM2nB5vC8xZ1aS4dF7gH0jK", "unit_5DW3eR6tY9uI2oP5aS8dF1gH"
MATES_LEASE, NEXT_LEASE = "lse_4CMatesU6iO9pL2kJ5hG8fD1", "lse_5DMatesT4rE7wQ1aS5dF8gH2"
TRANSFER, BANK_CHARGE, GIVEN_TO_BOB = "tra_MatesR3tY6uI9oP2lK5jH8gF", "bch_ChequeQ2wE5rT8yU1iO4pL7k", "cre_GivenA5sD8fG1hJ4kL7zX0cV"
LEASE, ACCOUNT = "lse_2BobX9cV4bN7mL2kJ5hG8fD3", "acct_RentS6aQ9wE3rT5yU1iO8pL2"
NOVEMBER, DECEMBER = "chg_NovemberK8jH3gF6dS1aQ4wE", "chg_DecemberR7tY2uI5oP8lK3jH"
WATER, RECEIPT, CREDIT = "chg_WaterN5bV8cX1zL4kJ7hG2fD", "rcp_ChequeK8jH4gF6dS2aQ5wE9r", "cre_WaterT3yU6iO9pL2kJ5hG8fD"
OCTOBER, FEE_OF_NOVEMBER = "chg_OctoberP6oI3uY8tR2eW5qA1", "chg_FeeNovemberM4nB7vC2xZ5lK"
LATE_FEE, DISMISSED = "lfe_NovemberK3hG6fD9sA2qW5eR", "lfe_OctoberX4cV7bN1mL5kJ8hG2"
FIRST_POLICY, NEXT_POLICY = "lfp_FirstZ7xC4vB1nM8kJ5hG2fD", "lfp_AgreedT5rE8wQ2aS6dF9gH3j"
LADDER, ARREARS, PLAN = "arp_Linden3Y7xC4vB1nM8kJ5hG2", "arr_BobT5rE8wQ2aS6dF9gH3jK47", "ppl_BobV5bN7mL2kJ4hG8fD3sA9q"
MANDATE, TAKEN_BACK = "mandate_LindenA5sD8fG1hJ4kL7zXcV", "mandate_TakenB3nM6qW9eR2tY5uI8oP"
AUTOPAY, RUN = "auto_RentP4oI7uY2tR5eW8qA1sDf", "run_DecemberG6hJ9kL2zX5cV8bN"
OWNERS_BANK, PAYOUT = "ba_OwnersG5hJ8kL2zX4cV7bN1m", "po_FirstW3eR6tY9uI2oP5aS8dF"
OVERPAYMENT_REFUND, GIVEN_BACK = "ovr_BobN4bV7cX1zL5kJ8hG2fD6s", "po_BackQ2wE5rT8yU1iO4pL7kJ3"
TRUST_ACCOUNT, TRUST_BANK = "ba_TrustN8mK2jH5gF7dS1aQ4wE", "tba_OhioX9cV4bN7mL2kJ5hG8fD3"
REFUND = "re_HalfT5rE8wQ2aS6dF9gH3jK4"
MOVE_OUT, DEPOSIT = "mov_BobD2fG5hJ8kL1zX4cV7bN3m", "dep_BobQ7wE2rT5yU8iO1pL4kJ6h"
INTENT_PAYMENT, PROVEN_PAYMENT = "pay_IntentW2sX5dC8fV1gB4hN7j", "pay_ProvenM3kL6zQ9aW2sE5rT8y"
TOKEN, CARD, SPARE_CARD = "tok_TypedL2kJ5hG8fD3sA6qW9eR", "pm_VisaM4nB7vC2xZ5lK8jH1gF3", "pm_SpareQ9wE4rT7yU2iO5pL8kJ"
SETUP, BANK_SETUP, DROPPED_SETUP = "seti_BobK3hG6fD9sA2qW5eR8tYuJ", "seti_BankX4cV7bN1mL5kJ8hG2fDs", "seti_DroppedT5rE8wQ2aS6dF9gHj"
SETUP_BANK, SETUP_MANDATE = "ba_SetUpP6oI3uY8tR2eW5qA1sD", "mandate_SetUpM4nB7vC2xZ5lK8jH1gF"
CARD_INTENT, CARD_PAYMENT = "pi_CardV8bN5mL2kJ7hG4fD1sA9", "pay_CardZ6xC9vB2nM5lK8jH1gF4"
AHEAD, CELLAR = "pay_AheadT4rE7wQ1aS5dF8gH2j3", "chg_CellarY2uI5oP8lK1jH4gF7d"
PAYMENT, CALLED_OFF = "pay_RentG1fD4sA7qW2eR5tY8uI3", "pay_CalledOffO6pL9kJ4hG7fD2s"
INTENT, UNPROVEN_INTENT, DROPPED_INTENT = "pi_RentA5qW8eR1tY4uI7oP2lK9", "pi_UnprovenJ3hG6fD9sA4qW7eR", "pi_DroppedT2yU5iO8pL1kJ4hG7"
EVENT, TRANSACTION, INCOME = "evt_FirstF6dS9aQ2wE5rT8yU3iO", "txn_FirstP1lK4jH7gF2dS5aQ8wE", "acct_IncomeY1uI4oP7lK2jH5gF8M"
REQUEST, KEY = "req_ExampleE3rT6yU9iO2pL5kJ8", "ak_ExampleH7gF1dS4aQ8wE2rT5"
# In parts, for hypothesis tries whole constants of our modules wherever a text may stand, and a log must never show these.
ROUTING_NUMBER, ACCOUNT_NUMBER, OTHER_ACCOUNT_NUMBER = "11" + 7 * "0", 3 * "0" + "123456789", 3 * "0" + "111111116"
CARD_NUMBER: Final = "4242" * 4
COMMON: Final = {"created": CREATED, "livemode": False, "metadata": {}}


@dataclass(frozen=True, slots=True)
class Ask:
    """An example of a POST: its body, the id in its address, and in what the answer differs from the example of its view."""

    body: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
