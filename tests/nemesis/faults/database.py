"""Sessions that are ended, rows and tables that are locked, connections that are all taken."""

import socket
import struct
import subprocess
import time

from nemesis.stack import StackError
from nemesis.faults.fault import Fault, Missed, hit


def repeat(sql, least, most, pause=0.15):
    """Run a statement again and again; each true row counts."""
    def fault(nemesis):
        deadline, hits = time.monotonic() + nemesis.seconds(least, most), 0
        while time.monotonic() < deadline:
            try:
                hits += sum(row[0] == "t" for row in nemesis.stack.sql(sql, 5, nemesis.stack.superuser))
            except (StackError, subprocess.TimeoutExpired):
                pass
            time.sleep(pause)
        return hit(hits, "hit")
    return fault


def locked(sql, least=2, most=12):
    """A transaction that holds locks for some seconds."""
    def fault(nemesis):
        seconds = nemesis.seconds(least, most)
        statement = sql(nemesis) if callable(sql) else sql
        text = f"BEGIN; SET LOCAL search_path TO cowry; {statement}; SELECT pg_sleep({seconds}); ROLLBACK"
        done = subprocess.run(["psql", "-X", "-q", nemesis.stack.owner, "-c", text], capture_output=True,
                              text=True, timeout=seconds + 60, check=False)
        if done.returncode != 0:
            raise Missed(done.stderr.strip()[:100])
        return f"locked for {seconds} s"
    return fault


def hot_rows(nemesis):
    """Three of the wallets that the load uses."""
    names = ", ".join(f"'{w}'" for w in nemesis.random.sample(nemesis.world.pocket.naira, 3))
    return f"SELECT 1 FROM account WHERE public_id IN ({names}) ORDER BY account_id FOR UPDATE"


def deadlocks(nemesis):
    """Rivals that lock rows in another order than Cowry does. They wait for long, so that it is Cowry's
    statements that PostgreSQL ends."""
    stack, words = nemesis.stack, [f"'{w}'" for w in nemesis.world.pocket.naira + nemesis.world.pocket.probed]
    lock = ("SELECT 1 FROM account WHERE account_id = (SELECT account_id FROM account WHERE public_id IN "
            f"({', '.join(words)}) ORDER BY account_id {{}} LIMIT 1 OFFSET {{}}) FOR UPDATE")

    def counted():
        return int(stack.sql("SELECT deadlocks FROM pg_stat_database WHERE datname = 'cowry'", url=stack.superuser)[0][0])

    before, deadline = counted(), time.monotonic() + nemesis.seconds(4, 10)
    while time.monotonic() < deadline:
        try:
            stack.sql("SET deadlock_timeout = '30s'; BEGIN; " + "; SELECT pg_sleep(0.02); ".join(
                lock.format("DESC", n) for n in range(len(words))) + "; ROLLBACK", 20, stack.superuser)
        except (StackError, subprocess.TimeoutExpired):
            pass
    # Sessions tell now and then what they counted.
    deadline = time.monotonic() + 3
    while counted() == before and time.monotonic() < deadline:
        time.sleep(0.1)
    return hit(counted() - before, "deadlocks")


def take_connection(path):
    """A session of the worker's role, taken by hand; None if the server has no more."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(3)
    try:
        connection.connect(path)
        body = struct.pack("!i", 196608) + b"user\0cowry_worker\0database\0cowry\0\0"
        connection.sendall(struct.pack("!i", len(body) + 4) + body)
        if connection.recv(4096)[:1] == b"R":
            return connection
    except OSError:
        pass
    connection.close()
    return None


def all_connections(nemesis):
    """Take what is free, and end the others' sessions, so that they are taken as well."""
    path = nemesis.stack.run + "/postgresql/.s.PGSQL.5432"
    deadline, taken = time.monotonic() + nemesis.seconds(4, 10), []
    try:
        while time.monotonic() < deadline:
            while len(taken) < 260 and (connection := take_connection(path)):
                taken.append(connection)
            try:
                nemesis.stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                                  "application_name LIKE 'cowry%' AND random() < 0.5", 5,
                                  nemesis.stack.superuser)
            except (StackError, subprocess.TimeoutExpired):
                pass
            time.sleep(0.3)
    finally:
        for connection in taken:
            connection.close()
    return hit(len(taken), "taken")


OURS = "FROM pg_stat_activity WHERE application_name LIKE 'cowry%'"
TABLES = {"account": "ACCESS EXCLUSIVE", "transaction": "EXCLUSIVE", "idempotency": "ACCESS EXCLUSIVE",
          "job": "ACCESS EXCLUSIVE", "api_key": "ACCESS EXCLUSIVE"}

FAULTS = {
    "sessions ended": Fault("F3", repeat(f"SELECT pg_terminate_backend(pid) {OURS} AND random() < 0.5", 2, 8)),
    "sessions ended in COMMIT": Fault("F3", repeat(
        f"SELECT pg_terminate_backend(pid) {OURS} AND state = 'active' AND "
        "(query = 'COMMIT' OR wait_event LIKE 'WAL%')", 4, 8, 0.02)),
    "statements cancelled": Fault("F6", repeat(f"SELECT pg_cancel_backend(pid) {OURS} AND state = 'active'", 3, 8, 0.05)),
    "hot rows locked": Fault("F6 F10", locked(hot_rows, 2, 14)),
    "deadlocks": Fault("F10", deadlocks),
    "all connections taken": Fault("F19", all_connections),
    **{f"table {name} locked": Fault("F6", locked(f"LOCK TABLE {name} IN {mode} MODE"))
       for name, mode in TABLES.items()},
}
