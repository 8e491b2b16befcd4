"""A small but real OpenID Connect provider on the loopback, made of authlib's server side."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "wspolna", "client secret"


@dataclass
class Client(ClientMixin):
    redirect_uri: str

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return "openid" if "openid" in scope.split() else ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    code: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    user: str
    auth_time: int = field(default_factory=lambda: int(time.time()))

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Request(OAuth2Request):
    def __init__(self, method: str, path: str, headers: Any, form: dict[str, str]) -> None:
        # As behind a proxy that brings TLS, which authlib insists on.
        super().__init__(method=method, uri=f"https://provider{path}", headers=headers)
        self.query = dict(parse_qsl(urlsplit(path).query))
        self._form = form
        self.payload = BasicOAuth2Payload({**self.query, **form})

    @property
    def args(self) -> dict[str, str]:
        return self.query

    @property
    def form(self) -> dict[str, str]:
        return self._form


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)
    server: Any

    def save_authorization_code(self, code: str, request: Any) -> None:
        told = request.payload.data
        self.server.codes[code] = Code(
            code=code,
            redirect_uri=told["redirect_uri"],
            scope=told["scope"],
            nonce=told.get("nonce"),
            code_challenge=told.get("code_challenge"),
            code_challenge_method=told.get("code_challenge_method"),
            user=request.user,
        )

    def query_authorization_code(self, code: str, _client: Any) -> Code | None:
        found: Code | None = self.server.codes.get(code)
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.user


class IdToken(OpenIDCode):
    def __init__(self, provider: "Provider") -> None:
        super().__init__(require_nonce=True)
        self._provider = provider

    def exists_nonce(self, _nonce: str, _request: Any) -> bool:
        return False

    def generate_user_info(self, user: str, _scope: str) -> UserInfo:
        return UserInfo(sub=user, email="ewa@opoczno.example", email_verified=True)

    def get_client_algorithm(self, _client: Any) -> str:
        return "RS256"

    def get_client_claims(self, _client: Any) -> dict[str, Any]:
        return {"iss": self._provider.claimed_issuer or self._provider.issuer}

    def resolve_client_private_key(self, _client: Any) -> Any:
        return self._provider.signing_key


class Provider(AuthorizationServer):
    """`user` is who is logged in there. The other fields make it lie."""

    def __init__(self, redirect_uri: str) -> None:
        super().__init__()
        self.client = Client(redirect_uri)
        self.codes: dict[str, Code] = {}
        self.user = "subject-1"
        self.key = self.signing_key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
        self.claimed_issuer: str | None = None
        self.register_token_generator(
            "default", BearerTokenGenerator(lambda *_a, **_k: "access token " + "x" * 20)
        )
        self.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(self)])
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.http.provider = self  # type: ignore[attr-defined]

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def query_client(self, client_id: str) -> Client | None:
        return self.client if client_id == CLIENT_ID else None

    def save_token(self, _token: Any, _request: Any) -> None:
        pass

    def send_signal(self, *_names: Any, **_more: Any) -> None:
        pass

    def create_oauth2_request(self, request: Request) -> Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, bytes, Any]:
        text = json.dumps(body) if isinstance(body, dict) else (body or "")
        return status, text.encode(), headers

    def metadata(self) -> dict[str, str]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }


class Pages(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        provider: Provider = self.server.provider
        match urlsplit(self.path).path:
            case "/.well-known/openid-configuration":
                self._answer(200, json.dumps(provider.metadata()).encode(), [])
            case "/keys":
                keys = {"keys": [provider.key.as_dict(private=False)]}
                self._answer(200, json.dumps(keys).encode(), [])
            case "/authorize":
                request = Request("GET", self.path, self.headers, {})
                grant = provider.get_consent_grant(request, end_user=provider.user)
                told = provider.create_authorization_response(request, provider.user, grant)
                self._answer(*told)
            case _:
                self._answer(404, b"", [])

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        form = dict(parse_qsl(self.rfile.read(size).decode()))
        request = Request("POST", self.path, self.headers, form)
        self._answer(*self.server.provider.create_token_response(request))

    def _answer(self, status: int, body: bytes, headers: Any) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told: Any) -> None:
        pass


@contextmanager
def provider(redirect_uri: str) -> Iterator[Provider]:
    made = Provider(redirect_uri)
    thread = threading.Thread(target=made.http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.http.shutdown()
        made.http.server_close()
        thread.join()
