"""What tests hand to the product and no log may show: the numbers, addresses, names of people's secrets and keys that they use."""

import re

from directpay.kernel.masking import EMAIL, is_card_number

PASSWORDS = ("a-seeded-password", "correct horse battery", "hunter2 is long")
ROUTING_NUMBERS = ("110000000", "021000021", "322271627", "111000025", "011401533", "110000001")
EDGE, END = r"(?<![\w.-])", r"(?![\w-])"

PATTERNS: dict[str, re.Pattern[str]] = {
    "account number": re.compile(rf"{EDGE}000\d{{9}}{END}"),
    "routing number": re.compile(rf"{EDGE}(?:{'|'.join(ROUTING_NUMBERS)}){END}"),
    "e-mail address": EMAIL,
    "telephone number": re.compile(r"\+1[ -]?\(?\d{3}\)?[ -]?555[ -]?\d{4}"),
    "API key": re.compile(r"(?:sk|pk|rk)_(?:test|live)_[0-9A-Za-z]{20,}"),
    "signing secret": re.compile(r"whsec_[0-9A-Za-z+/=]{16,}"),
    "client secret": re.compile(r"pi_[0-9A-Za-z]+_secret_[0-9A-Za-z]{6,}"),
    "password": re.compile("|".join(map(re.escape, PASSWORDS))),
}
CARD = re.compile(rf"{EDGE}[3-6]\d{{3}}(?:[ -]?\d){{9,15}}{END}")


def seeded_in(line: str) -> list[tuple[str, str]]:
    """(what it is, the value) for each that stands in the line."""
    found = [(what, match[0]) for what, pattern in PATTERNS.items() for match in pattern.finditer(line)]
    cards = (match[0] for match in CARD.finditer(line))
    return found + [("card number", card) for card in cards if is_card_number(re.sub(r"\D", "", card))]
