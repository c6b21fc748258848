"""Move-outs in the story of directpay/api/examples.py: Alice begins one by mistake, and calls it off."""

from typing import Any, Final

from directpay.api.examples import COMMON, LEASE, MOVE_OUT, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.sagas.actions import SagaBeyondReturn
from leases.move_out.actions import MoveOutBegun

DOOR: Final = {"description": "A new door", "amount": 30000}
ASKED: Final[dict[str, Any]] = {"lease": LEASE, "moved_out_on": "2026-11-02", "damages": [DOOR]}
STEPS: Final = ("wait_for_deposits", "charge_damages", "deduct", "withdraw", "draw", "refund", "close")
SHOWN: Final[dict[str, Any]] = {
    "id": MOVE_OUT,
    "object": "move_out",
    **ASKED,
    "damages": [{**DOOR, "charge": None}],
    "deadline_on": "2026-12-02",
    "rule": "OH: 30 days (O.R.C. 5321.16)",
    "status": "running",
    "waits_for": None,
    "steps": [{"name": name, "status": "pending"} for name in STEPS],
    "statements": [],
    **COMMON,
}
ASKS: Final = {"move_out": Ask(ASKED)}
CALLS_OFF: Final = {"move_out_called_off": Ask({}, MOVE_OUT, {"status": "compensating"})}
REFUSED: Final = (
    MoveOutBegun("The move-out of this lease has begun already.", move_out=MOVE_OUT),
    InvalidInput("The day of moving out lies between the first day of the lease and today.", param="moved_out_on"),
    InvalidInput("No such lease: lse_nowhere.", param="lease", code="resource_missing"),
    NotAllowed("A move-out is begun by the landlord."),
)
NOT_CALLED_OFF: Final = (
    SagaBeyondReturn("This has gone too far to be taken back.", saga="saga_BobR5tY8uI1oP4aS7dF2gH6j"),
    NotAllowed("A move-out is called off by the landlord."),
)
