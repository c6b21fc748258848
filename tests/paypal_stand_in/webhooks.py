"""Events as the sandbox of DirectPay takes them in demo mode: signed as the Standard Webhooks specification says."""

import base64
import hashlib
import hmac

from tests.paypal_stand_in.state import Thing
from tests.stripe_stand_in.webhooks import Webhooks as StripesWebhooks


class Webhooks(StripesWebhooks):
    """On demand late, twice, out of order, or with a wrong signature."""

    kind = "event_type"

    def proof(self, event: Thing, payload: str, secret: str, at: int) -> dict[str, str]:
        key = base64.b64decode(secret.removesuffix("x").removeprefix("whsec_")) + (b"x" if secret.endswith("x") else b"")
        digest = hmac.new(key, f"{event['id']}.{at}.{payload}".encode(), hashlib.sha256).digest()
        signature = f"v1,{base64.b64encode(digest).decode()}"
        return {"webhook-id": event["id"], "webhook-timestamp": str(at), "webhook-signature": signature, "User-Agent": "PayPal/AUHD-1.0"}
