import base64
import hashlib
import hmac
import json
import re
import time

TOLERANCE_SECONDS = 5 * 60


def verify(secret, headers, body, now=None):
    """The event, if the endpoint's secret signed it; raises ValueError if not.

    `body` holds the bytes that came, before anything read them as JSON.
    `headers` are the request's, by their names in lower case.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not message_id or not re.fullmatch("[0-9]+", timestamp) or not signatures:
        raise ValueError("a webhook header is missing")
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        raise ValueError("the timestamp is too far away")

    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    expected = b"v1," + mac
    given = signatures.encode().split(b" ")
    if not any(hmac.compare_digest(one, expected) for one in given):
        raise ValueError("no signature fits")
    return json.loads(body)
