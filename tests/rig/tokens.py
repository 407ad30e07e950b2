"""The token server of a test registry: gives out signed tokens as Docker's registry protocol has it.

Anybody gets a token to pull what is public; who logs in gets one for all that he asks for. It answers GET with a login in the
header, and POST with one in the form, as engines of different ages ask.

    python -m tests.rig.tokens PORT CERTIFICATE KEY
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.rig.registry import PASSWORD, PUBLIC, USER

LIVES = 300


def encode(data: bytes) -> str:
    """Write bytes as a token does: base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Signer:
    """Signs tokens with a key that the registry trusts through its certificate."""

    def __init__(self, certificate: Path, key: Path) -> None:
        loaded = serialization.load_pem_private_key(key.read_bytes(), None)
        assert isinstance(loaded, rsa.RSAPrivateKey)
        self.key = loaded
        der = x509.load_pem_x509_certificate(certificate.read_bytes()).public_bytes(serialization.Encoding.DER)
        self.header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}

    def token(self, subject: str, service: str, access: list[dict[str, object]]) -> str:
        """Give a token for what `access` lists."""
        now = int(time.time())
        claims = {
            "iss": "rig",
            "sub": subject,
            "aud": service,
            "iat": now,
            "nbf": now - 60,
            "exp": now + LIVES,
            "jti": secrets.token_hex(8),
            "access": access,
        }
        text = ".".join(encode(json.dumps(part).encode()) for part in (self.header, claims))
        return f"{text}.{encode(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def access_for(scopes: list[str], known: bool) -> list[dict[str, object]]:
    """Give what may be done, of what is asked for as `repository:NAME:ACTION,ACTION`."""
    granted: list[dict[str, object]] = []
    for scope in " ".join(scopes).split():
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        asked = actions.split(",")
        allowed = asked if known else [action for action in asked if action == "pull" and name.startswith(PUBLIC)]
        granted.append({"type": kind, "name": name, "actions": allowed})
    return granted


class Desk(BaseHTTPRequestHandler):
    """Answers one request for a token."""

    signer: Signer

    def do_GET(self) -> None:
        """Give a token; the login, if any, is in the header."""
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        header = self.headers.get("Authorization", "")
        login = base64.b64decode(header.removeprefix("Basic ")).decode() if header.startswith("Basic ") else ""
        self._answer(query, login)

    def do_POST(self) -> None:
        """Give a token; the login, if any, is in the form."""
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        login = f"{form['username'][0]}:{form.get('password', [''])[0]}" if "username" in form else ""
        self._answer(form, login)

    def _answer(self, asked: dict[str, list[str]], login: str) -> None:
        known = login == f"{USER}:{PASSWORD}"
        self.log_message("token for %s: %s", (login.partition(":")[0] or "anybody"), asked.get("scope", []))
        if login and not known:
            self._send(401, {"details": "incorrect username or password"})
            return
        token = self.signer.token(USER if known else "", asked.get("service", [""])[0], access_for(asked.get("scope", []), known))
        self._send(200, {"token": token, "access_token": token, "expires_in": LIVES, "scope": " ".join(asked.get("scope", []))})

    def _send(self, status: int, answer: dict[str, object]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(port: str, certificate: str, key: str) -> None:
    """Answer until ended."""
    Desk.signer = Signer(Path(certificate), Path(key))
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Desk)
    print(f"listening on 127.0.0.1:{port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
