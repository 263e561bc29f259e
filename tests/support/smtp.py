#!/usr/bin/python3
"""smtp.py FOLDER [PORT]: an SMTP server on this machine that wants STARTTLS and a password.

It makes FOLDER/cert.pem, listens on PORT (or one of its choice, written to FOLDER/port), and keeps
what it accepts as FOLDER/<n>.eml. How it behaves is the word in FOLDER/mode: accept, slow,
later (4xx to the recipient), full (4xx to the message), refuse (5xx to the recipient), unwanted
(5xx to the message), cut (hangs up amid the message) or silent (hangs up instead of the answer to
a message that it keeps).
"""

import asyncio
import itertools
import pathlib
import ssl
import subprocess
import sys

from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = b"cowry", b"correct-horse-42"
SLOW_S = 1

folder = pathlib.Path(sys.argv[1])
numbers = itertools.count(1)


def mode():
    try:
        return (folder / "mode").read_text().strip()
    except FileNotFoundError:
        return "accept"


def write_whole(name, data):
    fresh = folder / (name + ".new")
    fresh.write_bytes(data)
    fresh.rename(folder / name)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = {
            "later": "451 4.3.0 try again later",
            "refuse": "550 5.1.1 no such mailbox",
        }.get(mode(), "250 ok")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        if mode() == "full":
            return "452 4.3.1 no room"
        if mode() == "unwanted":
            return "554 5.6.0 not this one"
        if mode() == "slow":
            await asyncio.sleep(SLOW_S)
        write_whole(f"{next(numbers)}.eml", envelope.original_content)
        if mode() == "silent":
            server.transport.abort()
        return "250 kept"


class Server(SMTP):
    async def smtp_DATA(self, arg):
        if mode() != "cut":
            return await super().smtp_DATA(arg)
        await self.push("354 go on")
        await self._reader.readline()
        self.transport.abort()


def check_password(server, session, envelope, mechanism, data):
    good = data.login == USER and data.password == PASSWORD
    return AuthResult(success=good, handled=False)


def make_certificate():
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out",
         folder / "cert.pem"],
        check=True, stderr=subprocess.DEVNULL)
    (folder / "cert.pem").chmod(0o644)


async def main():
    if not (folder / "cert.pem").exists():
        make_certificate()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    def server():
        return Server(Handler(), hostname="localhost", tls_context=tls, require_starttls=True,
                      auth_required=True, authenticator=check_password, enable_SMTPUTF8=True)

    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", port)
    write_whole("port", b"%d\n" % listener.sockets[0].getsockname()[1])
    await listener.serve_forever()


asyncio.run(main())
