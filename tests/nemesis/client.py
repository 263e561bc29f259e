"""A client of the APIs: HTTP/1.1 over TLS, one kept connection."""

import http.client
import json
import random
import socket
import ssl
import time
import urllib.parse

TIMEOUT_S = 40


class Answer:
    """What came back; status 0 if nothing did."""

    def __init__(self, status, headers, body, seconds):
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds
        try:
            self.json = json.loads(body) if body[:1] in (b"{", b"[") else None
        except ValueError:
            self.json = None

    def get(self, path, default=None):
        """A member by its path, such as data.wallet.id or data.items.0.id."""
        value = self.json
        for name in path.split("."):
            try:
                value = value[int(name)] if isinstance(value, list) else value[name]
            except (KeyError, IndexError, TypeError, ValueError):
                return default
        return value

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Client:
    """Reconnects when it must; never repeats a request by itself."""

    def __init__(self, stack):
        self.host, self.port = stack.url.hostname, stack.url.port
        self.context = ssl.create_default_context(cafile=stack.credentials["ca_file"])
        self.connection = None

    def close(self):
        """The next request opens a new connection."""
        if self.connection:
            self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None, headers=None):
        """Send a request; body is bytes, or what becomes JSON."""
        headers = dict(headers or {}, Accept="application/json")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        if "://" in path:
            url = urllib.parse.urlsplit(path)
            path = url.path + ("?" + url.query if url.query else "")
        began = time.monotonic()
        try:
            return self.exchange(method, path, body, headers, began)
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            return Answer(0, {}, repr(problem).encode()[:120], time.monotonic() - began)

    def exchange(self, method, path, body, headers, began):
        """Raises what goes wrong."""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(self.host, self.port, timeout=TIMEOUT_S,
                                                          context=self.context)
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        data = response.read()
        fields = {name.lower(): value for name, value in response.getheaders()}
        fields["cookies"] = response.msg.get_all("Set-Cookie") or []
        if fields.get("connection") == "close":
            self.close()
        return Answer(response.status, fields, data, time.monotonic() - began)

    def leave(self, method, path, body, headers):
        """Send a request in whole or in part, perhaps slowly, and leave without the answer."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head += f"Content-Length: {len(body)}\r\n\r\n"
        data = head.encode() + body
        how = random.choice(["whole", "whole", "in the body", "in the head", "slowly"])
        data = {"in the body": data[:-5], "in the head": data[:len(head) // 2]}.get(how, data)
        try:
            with self.context.wrap_socket(socket.create_connection((self.host, self.port), 5),
                                          server_hostname=self.host) as connection:
                for part in parts(data, 60 if how == "slowly" else len(data)):
                    connection.sendall(part)
                    time.sleep(0.15 if how == "slowly" else 0)
                time.sleep(random.choice([0, 0.002, 0.01, 0.05]))
        except OSError:
            pass
        return Answer(0, {}, b"left " + how.encode(), 0)


def parts(data, size):
    """The data in pieces of that size."""
    return [data[i:i + size] for i in range(0, len(data), size)]
