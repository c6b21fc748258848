"""What is written about, to whom, and what a reader may choose of it."""

from dataclasses import dataclass
from typing import Final

ON: Final = "on"
OFF: Final = "off"
EACH: Final = "each"
DAILY: Final = "daily"
ALWAYS: Final = (ON,)  # what law or the safety of money needs
MAY_END: Final = (ON, OFF)
MAY_GATHER: Final = (EACH, DAILY, OFF)
RENTERS: Final = "renter"
LANDLORDS: Final = "landlord"


@dataclass(frozen=True, slots=True)
class Kind:
    """`choices`: what its reader may choose, the first unless they did; of one there is none."""

    name: str
    reader: str
    choices: tuple[str, ...] = MAY_END

    @property
    def may_end(self) -> bool:
        return OFF in self.choices


DIGEST: Final = "payments_of_the_day"  # written in place of several of `payment_received`
KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("payment_receipt", RENTERS),
        Kind("payment_failed", RENTERS, ALWAYS),
        Kind("payment_returned", RENTERS, ALWAYS),
        Kind("autopay_notice", RENTERS, ALWAYS),
        Kind("autopay_paused", RENTERS, ALWAYS),
        Kind("rent_reminder", RENTERS),
        Kind("rent_late", RENTERS, ALWAYS),
        Kind("late_fee", RENTERS, ALWAYS),
        Kind("statement", RENTERS),
        Kind("move_out", RENTERS, ALWAYS),
        Kind("deposit_moved", RENTERS, ALWAYS),
        Kind("lease_changed", RENTERS, ALWAYS),
        Kind("money_back", RENTERS, ALWAYS),
        Kind("refund", RENTERS, ALWAYS),
        Kind("payment_received", LANDLORDS, MAY_GATHER),
        Kind("renters_payment_returned", LANDLORDS, ALWAYS),
        Kind("renters_autopay_paused", LANDLORDS),
    )
}
OF_CHOICE: Final = {DIGEST: KINDS["payment_received"]}  # kind that nobody chooses by itself → the one it is chosen with


def kind_of(name: str) -> Kind:
    return OF_CHOICE.get(name) or KINDS[name]


def kinds_for(role: str) -> list[Kind]:
    """Those of which a person in this role reads any."""
    return [kind for kind in KINDS.values() if kind.reader == role]
