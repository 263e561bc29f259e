"""Connections that are cut, half open, slow or silent: client, nginx, worker, PostgreSQL (F3, F17, F21)."""

import socket
import time

from nemesis import process


def from_nginx(own, peer):  # pylint: disable=unused-argument
    """A worker's end of a connection from nginx."""
    return "/workers/" in own


def to_postgres(own, peer):  # pylint: disable=unused-argument
    """A program's end of a connection to PostgreSQL."""
    return "PGSQL" in peer


def cut(meant, how):
    """Shut random connections of the workers, in both directions or one."""
    def fault(nemesis):
        deadline, done = time.monotonic() + nemesis.seconds(2, 8), 0
        while time.monotonic() < deadline:
            for pid in nemesis.stack.workers():
                done += shut_some(process.sockets(pid, meant), how, nemesis)
            time.sleep(0.25)
        return f"{done} cut"
    return fault


def shut_some(connections, how, nemesis):
    """Returns how many."""
    done = 0
    for connection in connections:
        with connection:
            if nemesis.random.random() < 0.4:
                try:
                    connection.shutdown(how)
                    done += 1
                except OSError:
                    pass
    return done


def proxied(mode, least, most):
    """The proxy before PostgreSQL in a mode, for some seconds."""
    def fault(nemesis):
        before = nemesis.stack.proxy_counts()
        nemesis.stack.set_proxy(mode(nemesis) if callable(mode) else mode)
        time.sleep(nemesis.seconds(least, most))
        nemesis.stack.set_proxy("pass")
        after = nemesis.stack.proxy_counts()
        return ", ".join(f"{name} {after[name] - n}" for name, n in before.items()
                         if name != "mode" and after[name] != n) or "done"
    return fault


def cut_somewhere(nemesis):
    """At eight random messages, one after the other."""
    before = nemesis.stack.proxy_counts()["cut"]
    for k in nemesis.random.sample(range(1, 200), 8):
        nemesis.stack.set_proxy(f"cut {k}")
        time.sleep(0.8)
    nemesis.stack.set_proxy("pass")
    return f"{nemesis.stack.proxy_counts()['cut'] - before} cut"


def slow_clients(nemesis):
    """Forty clients that send their bodies byte by byte."""
    stack, open_ones = nemesis.stack, []
    head = (f"POST /v1/wallets/transfer HTTP/1.1\r\nHost: localhost:{stack.url.port}\r\n"
            "Content-Type: application/json\r\nContent-Length: 500\r\nx-api-key: x\r\n\r\n{").encode()
    context = nemesis.prober_client.context
    for _ in range(40):
        try:
            connection = context.wrap_socket(socket.create_connection((stack.url.hostname, stack.url.port), 5),
                                             server_hostname=stack.url.hostname)
            connection.sendall(head)
            open_ones.append(connection)
        except OSError:
            pass
    deadline = time.monotonic() + nemesis.seconds(6, 12)
    while time.monotonic() < deadline:
        for connection in open_ones:
            try:
                connection.sendall(b" ")
            except OSError:
                pass
        time.sleep(1)
    for connection in open_ones:
        connection.close()
    return f"{len(open_ones)} slow bodies"


FAULTS = {
    "cut nginx from workers": ("", cut(from_nginx, socket.SHUT_RDWR)),
    "half-open to read, nginx": ("", cut(from_nginx, socket.SHUT_RD)),
    "half-open to write, nginx": ("", cut(from_nginx, socket.SHUT_WR)),
    "cut workers from PostgreSQL": ("", cut(to_postgres, socket.SHUT_RDWR)),
    "half-open to read, PostgreSQL": ("", cut(to_postgres, socket.SHUT_RD)),
    "half-open to write, PostgreSQL": ("", cut(to_postgres, socket.SHUT_WR)),
    "PostgreSQL refuses": ("", proxied("drop", 1, 10)),
    "PostgreSQL is silent": ("", proxied("blackhole", 2, 18)),
    "PostgreSQL is slow": ("", proxied(lambda n: f"delay {n.random.choice([20, 100, 400])}", 4, 12)),
    "half a message": ("", proxied("halve", 0.2, 2)),
    "answer of COMMIT lost": ("", proxied("lose-answer 0.5", 4, 10)),
    "COMMIT lost": ("", proxied("lose-commit 0.5", 4, 10)),
    "cut at some message": ("", cut_somewhere),
    "slow clients": ("", slow_clients),
}
