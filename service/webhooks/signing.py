"""Signatures of Standard Webhooks: whoever knows the secret sees that a message is ours, whole and recent."""

import base64
import secrets
from datetime import UTC, datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> str:
    """`whsec_` and 32 random bytes in base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode('ascii')}"


def signed_headers(secret: str, message_id: str, body: str, at: datetime) -> dict[str, str]:
    """The three headers that a verifier asks for, signed as of a moment."""
    at = at.astimezone(UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body),
    }
