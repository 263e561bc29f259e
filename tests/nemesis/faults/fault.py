"""What a fault is, and the kinds that there are."""

import collections

# kinds: the numbers of KINDS that it is of, with spaces between
# inject: called with the nemesis, injects the fault, ends it, and returns a note
# needs: "" nothing, "root", "clock", "points"
# alone: never at the same time as another one
Fault = collections.namedtuple("Fault", "kinds inject needs alone", defaults=("", False))


class Missed(Exception):
    """What a fault was meant for was not there, so nothing happened: it does not count."""


def hit(n, text):
    """A note with a number, which is not zero."""
    if not n:
        raise Missed("none " + text)
    return f"{int(n)} {text}"


# Number: (what, the test that has it if this one does not inject it).
KINDS = {
    "F1": ("a program is killed or stopped at a point of a request, or at any time", None),
    "F2": ("processes of PostgreSQL are killed, PostgreSQL is restarted", None),
    "F3": ("a connection ends or is silent at any message, the answer of COMMIT is lost", None),
    "F4": ("disks of data, WAL, nginx's temporary files are full", None),
    "F5": ("clocks jump, those of programs and of PostgreSQL", None),
    "F6": ("PostgreSQL is slow or does not answer, rows and tables are locked", None),
    "F7": ("providers fail, hang, lie, repeat", None),
    "F8": ("webhooks many times, in any order, forged; receivers that fail", None),
    "F9": ("mail can't be sent", None),
    "F10": ("rivals for rows, deadlocks", None),
    "F11": ("the database host is lost, a standby is promoted", "tests/failover/run"),
    "F12": ("the synchronous standby is lost", "tests/failover/run"),
    "F13": ("the old primary returns", "tests/failover/run"),
    "F14": ("reloads, rolling restarts, SIGTERM storms", None),
    "F15": ("old and new programs on one database", "tests/upgrade/run"),
    "F16": ("a million requests: memory and descriptors don't grow", "./dev bench --full"),
    "F17": ("slow clients", None),
    "F18": ("hostile JSON", None),
    "F19": ("connections, sessions, descriptors are all taken", None),
    "F20": ("no memory", None),
    "F21": ("clients that leave in head, body or answer", None),
    "F22": ("the database is restored from a backup", None),
}
