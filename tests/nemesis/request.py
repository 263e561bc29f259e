"""Small words that all dialects use to make requests."""

import random
import string

from nemesis.history import Operation


def word(n):
    """Random letters and digits, different in each run."""
    return "".join(random.SystemRandom().choices(string.ascii_lowercase + string.digits, k=n))


def key():
    """A new Idempotency-Key."""
    return "i_" + word(16)


def expect(answer, *statuses):
    """While the world is made, all must succeed."""
    if answer.status not in statuses:
        raise RuntimeError(f"preparation: {answer!r}")
    return answer


def maker(dialect):
    """A function that makes operations of a dialect."""
    def operation(kind, method, path, body, headers, **more):
        return Operation(kind, dialect, method, path, body, headers, **more)
    return operation
