"""What Stripe says of a card that was set up is looked at before it is believed."""

import pytest

from payments.rails.base import NeedsAPerson
from tests.payments.rails.stripe.test_setups import HOUR, one_setup
from tests.payments.setup_intents.conftest import PROVES

# What an answer may lack or have wrong, and what a person reads then.
LACKS = {
    "no metadata": ({"metadata": {}}, "is for None, None"),
    "another setup": ({"metadata": {"setup": "seti_theirs"}}, "is for seti_theirs"),
    "another try": ({"metadata": {"try": "1"}}, "is for seti_ours, 1"),
    "no customer": ({"customer": None}, "is for None, and was asked for cus_"),
    "another customer": ({"customer": "cus_theirs"}, "is for cus_theirs, and was asked for cus_"),
    "not the customer that was asked for": ({"metadata": {"customer": "cus_theirs"}}, "and was asked for cus_theirs"),
    "nothing that is kept": ({"payment_method": None}, "keeps nothing"),
}


def spoil(stand_in, changes):
    """Stripe has it otherwise from now on; of metadata, what is named alone."""
    with stand_in.state.lock:
        (setup,) = stand_in.state.all("setup_intent")
        bears = {**setup["metadata"], **changes["metadata"]} if changes.get("metadata") else changes.get("metadata", setup["metadata"])
        setup |= {**changes, "metadata": bears}


@pytest.mark.parametrize("lacks", LACKS)
def test_what_lacks_what_matters_is_for_a_person(rail, asked, stand_in, at, lacks):
    reference = rail.set_up(asked(), at).reference
    assert rail.set_up(asked(reference=reference), at).state == "completed"
    changes, said = LACKS[lacks]
    spoil(stand_in, changes)
    with pytest.raises(NeedsAPerson, match=said):
        rail.set_up(asked(reference=reference), at)
    with pytest.raises(NeedsAPerson, match=said):
        rail.set_up(asked(), at)  # and where its key is sent again


def test_one_of_whoever_keeps_the_card_is_for_nobody_else(rail, asked, at):
    kept = rail.set_up(asked(), at)
    again = asked(kept.kept, customer=kept.customer, reference=kept.reference)
    assert rail.set_up(again, at).state == "completed"
    with pytest.raises(NeedsAPerson, match="was asked for cus_theirs"):
        rail.set_up(asked(kept.kept, customer="cus_theirs", reference=kept.reference), at)


def test_what_is_not_ours_is_not_let_go_of_either(rail, asked, stand_in, at):
    waits = rail.set_up(asked(PROVES), at)
    spoil(stand_in, {"metadata": {"setup": "seti_theirs"}})
    with pytest.raises(NeedsAPerson, match="seti_theirs"):
        rail.set_up(asked(PROVES, reference=waits.reference), at + 25 * HOUR)
    assert one_setup(stand_in)["status"] == "requires_action"
