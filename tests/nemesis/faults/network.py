"""Connections that are cut, half open, slow or silent: client, nginx, worker, PostgreSQL."""

import socket
import time

from nemesis import process
from nemesis.faults.fault import Fault, hit


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
        return hit(done, "cut")
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


def proxied(mode, least, most, name="postgresql"):
    """A proxy in a mode, for some seconds."""
    def fault(nemesis):
        stack, before = nemesis.stack, nemesis.stack.proxy_counts(name)
        chosen = mode(nemesis) if callable(mode) else mode
        stack.set_proxy(chosen, name)
        time.sleep(nemesis.seconds(least, most))
        stack.set_proxy("pass", name)
        done = chosen.split()[0]
        return hit(stack.proxy_counts(name)[done] - before[done], chosen)
    return fault


def cuts(name):
    """A fault that cuts at eight random messages, one after the other."""
    def fault(nemesis):
        before = nemesis.stack.proxy_counts(name)["cut"]
        for k in nemesis.random.sample(range(1, 200), 8):
            nemesis.stack.set_proxy(f"cut {k}", name)
            time.sleep(0.8)
        nemesis.stack.set_proxy("pass", name)
        return hit(nemesis.stack.proxy_counts(name)["cut"] - before, "cut")
    return fault


def before_workers(fault):
    """A fault while nginx reaches the workers through the proxy."""
    def routed(nemesis):
        with nemesis.stack.nginx_through_proxy():
            time.sleep(0.5)
            return fault(nemesis)
    return routed


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
    return hit(len(open_ones), "slow bodies")


FAULTS = {
    "cut nginx from workers": Fault("F3", cut(from_nginx, socket.SHUT_RDWR)),
    "half-open to read: nginx": Fault("F3", cut(from_nginx, socket.SHUT_RD)),
    "half-open to write: nginx": Fault("F3", cut(from_nginx, socket.SHUT_WR)),
    "cut workers from PostgreSQL": Fault("F3", cut(to_postgres, socket.SHUT_RDWR)),
    "half-open to read: PostgreSQL": Fault("F3", cut(to_postgres, socket.SHUT_RD)),
    "half-open to write: PostgreSQL": Fault("F3", cut(to_postgres, socket.SHUT_WR)),
    "PostgreSQL refuses": Fault("F3", proxied("drop", 1, 10)),
    "PostgreSQL is silent": Fault("F3 F6", proxied("blackhole", 2, 18)),
    "PostgreSQL is slow": Fault("F3 F6", proxied(lambda n: f"delay {n.random.choice([20, 100, 400])}", 4, 12)),
    "half a message": Fault("F3", proxied("halve", 0.2, 2)),
    "answer of COMMIT lost": Fault("F3", proxied("lose-answer 0.5", 4, 10)),
    "COMMIT lost": Fault("F3", proxied("lose-commit 0.5", 4, 10)),
    "cut at some message": Fault("F3", cuts("postgresql")),
    "workers refuse": Fault("F3", before_workers(proxied("drop", 1, 8, "fastcgi"))),
    "workers are silent": Fault("F3", before_workers(proxied("blackhole", 2, 15, "fastcgi"))),
    "workers are slow": Fault("F3", before_workers(
        proxied(lambda n: f"delay {n.random.choice([20, 100, 400])}", 4, 10, "fastcgi"))),
    "half a record": Fault("F3", before_workers(proxied("halve", 0.5, 3, "fastcgi"))),
    "answers of workers lost": Fault("F3", before_workers(proxied("lose-answer 0.5", 4, 10, "fastcgi"))),
    "cut at some record": Fault("F3", before_workers(cuts("fastcgi"))),
    "slow clients": Fault("F17", slow_clients),
}
