"""Account numbers of the sandbox and what they make the simulated bank do (routing number 110000000, but any will do).

Stripe's published numbers mean here what they mean there; ours stand beside them (listed in docs/sandbox.md).
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`fails` with a return code before it clears, `returns` on a bank day counted from settlement, or pays."""

    fails: str = ""
    returns: str = ""
    return_day: int = 0
    silent: bool = False  # the bank does not answer at first
    stuck: bool = False  # stays processing
    refuses_credits: str = ""  # it pays, but what is sent to it is refused with this code
    returns_credits: str = ""  # or comes back with this one, after it was there


PAYS = Behaviour()
NUMBERS = {
    "000123456789": PAYS,
    "000111111113": Behaviour(fails="R02"),
    "000111111116": Behaviour(fails="R03"),
    "000222222227": Behaviour(fails="R01"),
    "000333333335": Behaviour(fails="R29"),
    "000555555559": Behaviour(returns="R10", return_day=10),  # disputed later
    "000000000009": Behaviour(stuck=True),
    "000770000001": Behaviour(silent=True),  # no answer; later it turns out paid
    "000770000002": Behaviour(silent=True, fails="R01"),  # no answer; later it turns out failed
    "000660000002": Behaviour(refuses_credits="R02"),  # closed between paying and being given back
    "000660000003": Behaviour(returns_credits="R03"),  # the same, noticed later
    "000880000059": Behaviour(returns="R10", return_day=59),  # the late return
}
CHOSEN_DAY = re.compile(r"^0099(\d\d)(\d\d)0000$")  # 0099 RR DD 0000: return code R-RR on bank day DD after settlement
CREDITS_RETURN_ON_DAY = 5
MICRO_DEPOSITS_FAIL = "000666666661"


def behaviour_of_credits(account_number: str) -> Behaviour:
    """What becomes of money that is sent to this account."""
    acts = behaviour(account_number)
    if acts.refuses_credits:
        return Behaviour(fails=acts.refuses_credits)
    return Behaviour(returns=acts.returns_credits, return_day=CREDITS_RETURN_ON_DAY) if acts.returns_credits else acts


def behaviour(account_number: str) -> Behaviour:
    """What the simulated bank does with this account; an unlisted number pays."""
    chosen = CHOSEN_DAY.match(account_number)
    if chosen:
        return Behaviour(returns=f"R{chosen[1]}", return_day=int(chosen[2]))
    return NUMBERS.get(account_number, PAYS)
