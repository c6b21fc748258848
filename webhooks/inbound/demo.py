"""The story of the inbox over HTTP: health, events of both providers, a forged one, a duplicate, figures, and the desk of staff.

What the story sends, it signs itself, as the providers sign.
"""

import base64
import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any, Final

from directpay.kernel import clock
from directpay.ops.http_story import TIMEOUT_SECONDS, Client, Reply, StoryFailed, Telling, reply_to
from webhooks.inbound.signatures import sign_standard, sign_stripe

WORKED_WITHIN_SECONDS: Final = 15
TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class InboxStory(Telling):
    """`run` raises StoryFailed at a broken promise."""

    def __init__(self, demo: dict[str, Any], stripe_secret: str, paypal_secret: str, out: Callable[[str], None]) -> None:
        super().__init__(out)
        self.demo, self.stripe_secret, self.paypal_secret = demo, stripe_secret, paypal_secret
        self.api = Client(demo["base_url"], demo["secret_key"])
        self.mark = uuid.uuid4().hex[:12]
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def run(self) -> None:
        began = time.monotonic()
        self.health()
        before = self.figures()
        about = {"id": f"pi_{self.mark}", "object": "payment_intent", "amount": 120_000}
        event = {"id": f"evt_{self.mark}", "object": "event", "type": "payment_intent.succeeded", "livemode": False}
        event |= {"created": int(clock.system_now().timestamp()), "data": {"object": about}}
        self.from_stripe(event)
        self.from_paypal()
        self.forged(event)
        self.again(event)
        self.counted(before)
        self.desk()
        self.out(f"\nDone: {self.steps} steps in {time.monotonic() - began:.1f} s. Everything was as promised.")

    def health(self) -> None:
        self.step("The server is alive")
        answer = self.api.call("GET", "/health")
        self.promise((answer.status, answer.body) == (200, {"status": "ok"}), "/health answers ok")

    def from_stripe(self, event: dict[str, Any]) -> None:
        self.step("Stripe tells of a payment, and signs it")
        answer = self.send("stripe", json.dumps(event).encode(), self.stripe_secret)
        self.say(f"{event['id']}  {event['type']}")
        self.promise(answer.status == 200 and answer.body["status"] == "received", f"kept as {answer.body.get('id')}, answered 200 at once")

    def from_paypal(self) -> None:
        self.step("PayPal tells of a capture (signed by the demo's shared secret; with a webhook id PayPal's certificate is checked)")
        said = {"id": f"WH-{self.mark}", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": f"CAP-{self.mark}"}}
        answer = self.send("paypal", json.dumps(said).encode(), self.paypal_secret)
        self.say(f"{said['id']}  {said['event_type']}")
        self.promise(answer.status == 200 and answer.body["status"] == "received", f"kept as {answer.body.get('id')}")

    def forged(self, event: dict[str, Any]) -> None:
        self.step("Somebody else tells the same for a million, signed with a secret of their own")
        said = {**event, "id": f"evt_forged_{self.mark}"}
        said["data"] = {"object": {**event["data"]["object"], "amount": 100_000_000}}
        answer = self.send("stripe", json.dumps(said).encode(), "whsec_" + base64.b64encode(b"of the forger").decode())
        code = answer.body.get("error", {}).get("code")
        self.promise((answer.status, code) == (400, "signature_invalid"), f"refused: {answer.status} {code}; nothing of it is kept")

    def again(self, event: dict[str, Any]) -> None:
        self.step("Stripe sends the first one again, as it does when it is not sure")
        answer = self.send("stripe", json.dumps({**event, "pending_webhooks": 2}).encode(), self.stripe_secret)
        self.promise(answer.status == 200 and answer.body["status"] == "already processed", "200, already processed: nothing happens twice")

    def counted(self, before: dict[str, float]) -> None:
        self.step("The figures have risen")
        now = self.figures()
        for what in ("received", "duplicate", "signature_invalid"):
            self.say(f"webhook_events_received_total, {what}: {before.get(what, 0):.0f} → {now.get(what, 0):.0f}")
        risen = {what: now.get(what, 0) - before.get(what, 0) for what in ("received", "duplicate", "signature_invalid")}
        self.promise(risen["received"] >= 2 and risen["duplicate"] >= 1 and risen["signature_invalid"] >= 1, "each by as many as were sent")

    def desk(self) -> None:
        self.step("Staff see them on the desk, with what came of each")
        self.sign_in()
        ends = time.monotonic() + WORKED_WITHIN_SECONDS
        page = self.page("/admin/events")
        while time.monotonic() < ends and (page.count(self.mark) < 1 or ">received<" in page):
            time.sleep(0.5)
            page = self.page(f"/admin/webhooks/providerevent/?q=evt_{self.mark}")
        self.promise("no payment of ours is meant" in page, "the event is worked on: no payment of ours is meant, so nothing was done")
        self.say(f"{self.demo['base_url']}/admin/events")

    def figures(self) -> dict[str, float]:
        """Requests of providers by what was answered."""
        request = urllib.request.Request(f"{self.demo['base_url']}/metrics", headers={"Authorization": f"Bearer {self.api.secret_key}"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 our own address
            text = answer.read().decode()
        found: dict[str, float] = {}
        for status, number in re.findall(r'^webhook_events_received_total\{[^}]*status="([^"]+)"[^}]*\} ([0-9.e+]+)', text, re.MULTILINE):
            found[status] = found.get(status, 0) + float(number)
        return found

    def send(self, provider: str, body: bytes, secret: str) -> Reply:
        moment = str(int(clock.system_now().timestamp()))
        if provider == "stripe":
            proof = {"Stripe-Signature": f"t={moment},v1={sign_stripe(secret, moment, body)}"}
        else:
            name = f"msg_{self.mark}"
            signature = sign_standard(secret, name, moment, body)
            proof = {"webhook-id": name, "webhook-timestamp": moment, "webhook-signature": f"v1,{signature}"}
        headers = {"Content-Type": "application/json", **proof}
        address = f"{self.demo['base_url']}/webhooks/{provider}"
        return reply_to(urllib.request.Request(address, body, headers, method="POST"))  # noqa: S310 our own address

    def sign_in(self) -> None:
        found = TOKEN.search(self.page("/accounts/login/"))
        if found is None:
            raise StoryFailed("there is no form to sign in with")
        staff = self.demo["staff"]
        self.page("/accounts/login/", {"login": staff["email"], "password": staff["password"], "csrfmiddlewaretoken": found[1]})

    def page(self, path: str, form: dict[str, str] | None = None) -> str:
        url = f"{self.demo['base_url']}{path}"
        request = urllib.request.Request(url, headers={"Referer": url})  # noqa: S310 our own address
        if form is not None:
            request.data = urllib.parse.urlencode(form).encode()
        with self.browser.open(request, timeout=TIMEOUT_SECONDS) as answer:
            text: str = answer.read().decode()
            return text
