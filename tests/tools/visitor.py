"""A visitor without a browser: cookies, forms and redirects with the standard library."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any

from tests.tools.forms import Form

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    status: int
    url: str
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Visitor:
    def __init__(self, site: str) -> None:
        self.site = site.rstrip("/")
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str, **headers: str) -> Answer:
        return self._send(path, None, headers)

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> Answer:
        """Send a form as a page does: with the token that the page carries and where it came from."""
        address = urllib.parse.urljoin(self.site + "/", path)
        found = CSRF.search(self.get(address).text) if "csrfmiddlewaretoken" not in (fields or {}) else None
        token = {"csrfmiddlewaretoken": found.group(1)} if found else {}
        body = urllib.parse.urlencode({**token, **(fields or {})}, doseq=True).encode()
        return self._send(address, body, {"Referer": address, **headers})

    def send(self, form: Form, values: list[tuple[str, str]] | None = None, **headers: str) -> Answer:
        """Press the button of a form found on a page."""
        body = urllib.parse.urlencode(form.values if values is None else values).encode()
        return self._send(form.action, body, {"Referer": self.site + "/", **headers})

    def sign_in(self, email: str, password: str) -> Answer:
        answer = self.post("/accounts/login/", {"login": email, "password": password})
        if "/accounts/login/" in answer.url:
            raise AssertionError(f"{email} cannot sign in: {answer.status} {answer.url}")
        return answer

    @property
    def is_signed_in(self) -> bool:
        return "/accounts/login/" not in self.get("/accounts/password/change/").url

    def _send(self, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        address = urllib.parse.urljoin(self.site + "/", path)
        request = urllib.request.Request(address, data=body, headers=headers)
        try:
            with self._opener.open(request, timeout=60) as response:
                return Answer(response.status, response.url, response.read().decode(), dict(response.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(
                    error.code, error.url or address, error.read().decode(errors="replace"), dict(error.headers)
                )
