"""What every answer tells a browser."""

from __future__ import annotations

import base64
import hashlib

from bvmt.access.headers import content_policy, script_hashes, security_headers, with_defaults


def test_scripts_within_a_page_are_named_by_their_hash_and_others_are_not() -> None:
    page = '<script src="a.js"></script><script type="module">\nrun()\n</script><p>script</p>'
    digest = base64.b64encode(hashlib.sha256(b"\nrun()\n").digest()).decode()
    assert script_hashes(page) == [f"'sha256-{digest}'"]


def test_the_policy_lets_no_other_host_in_and_nobody_frame_us() -> None:
    policy = content_policy(["'sha256-abc'"])
    assert "script-src 'self' 'wasm-unsafe-eval' blob: 'sha256-abc';" in policy
    assert "frame-ancestors 'self'" in policy
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy
    assert "*" not in policy


def test_an_answer_that_says_it_itself_is_left_as_it_is() -> None:
    own = [(b"Content-Security-Policy", b"default-src 'none'"), (b"content-type", b"text/html")]
    sent = with_defaults(own, security_headers("default-src 'self'"))
    assert sent[:2] == own
    assert [name for name, _ in sent].count(b"content-security-policy") == 0
    assert (b"x-content-type-options", b"nosniff") in sent
    assert (b"referrer-policy", b"same-origin") in sent
