"""As in live mode, for Django's own checks: a rail to a bank is made believe, for there is none yet."""

import base64
import os

os.environ |= {
    "DIRECTPAY_ENV_FILE": os.devnull,
    "DIRECTPAY_MODE": "live",
    "SECRET_KEY": "".join(chr(33 + n % 90) for n in range(64)),
    "DIRECTPAY_VAULT_KEYS": "v1:" + base64.b64encode(bytes(32)).decode(),
    "DIRECTPAY_AGENCY_TERMS_CONFIRMED": "by a test",
    "MAIL_URL": "smtp+tls://mail.example.com:587",
    "ALLOWED_HOSTS": "rent.example.com",
}

from directpay.settings import *

LIVE_RAILS = ["make-believe"]
