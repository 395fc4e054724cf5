"""Verifies webhooks by the Python library `standardwebhooks`: a line of JSON for each message comes in, a line of JSON goes out."""

import json
import sys
from datetime import datetime, timedelta

from standardwebhooks import webhooks


def verdict(case):
    """What is wrong with a message, or None. `late` is how many seconds after now it is received."""

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=case["late"])

    webhooks.datetime = Later
    try:
        webhooks.Webhook(case["secret"]).verify(case["body"], case["headers"])
        return None
    except webhooks.WebhookVerificationError as error:
        return str(error)


for line in sys.stdin:
    print(json.dumps(verdict(json.loads(line))))
