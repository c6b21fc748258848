"""`python -m bench.webhooks.djstripe_site.prepare UUID SECRET`: its tables, its account and the endpoint under that UUID."""

import os
import sys

import django
from django.apps import apps
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.webhooks.djstripe_site.settings"
KEY = "sk_test_" + "x" * 24


def main(endpoint: str, secret: str) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    account, key, hook = (apps.get_model("djstripe", name).objects for name in ("Account", "APIKey", "WebhookEndpoint"))
    owner = account.create(id="acct_1", livemode=False, stripe_data={})
    key.create(id="key_1", type="secret", secret=KEY, livemode=False, djstripe_owner_account=owner)
    said = {"url": "http://127.0.0.1", "enabled_events": ["*"], "status": "enabled", "livemode": False}
    hook.create(id="we_1", djstripe_uuid=endpoint, secret=secret, djstripe_owner_account=owner, **said)


if __name__ == "__main__":
    main(*sys.argv[1:])
