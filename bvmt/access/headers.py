"""The headers that tell a browser what our pages may do, sent with every answer."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

RawHeaders = list[tuple[bytes, bytes]]

_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


def script_hashes(html: str) -> list[str]:
    """The sources, as a policy names them, of all scripts that stand within a page."""
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(html))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def content_policy(scripts: Iterable[str] = ()) -> str:
    """The Content-Security-Policy that Streamlit's page works under. `scripts` are sources from `script_hashes`.

    blob: is for components, which Streamlit loads from such addresses; inline styles are its own, and
    'wasm-unsafe-eval' its decoder of messages. No other host is ever asked for anything.
    """
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self' 'wasm-unsafe-eval' blob:", *scripts]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


def security_headers(policy: str) -> RawHeaders:
    """What every answer carries that does not say otherwise itself."""
    return [
        (b"content-security-policy", policy.encode("ascii")),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"SAMEORIGIN"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]


def with_defaults(headers: Iterable[tuple[bytes, bytes]], defaults: RawHeaders) -> RawHeaders:
    """An answer's headers and those of `defaults` that it does not have."""
    own = list(headers)
    names = {name.lower() for name, _ in own}
    return own + [(name, value) for name, value in defaults if name not in names]
