"""What the clients asked and what they were told, in memory and in a journal on disk."""

import collections
import copy
import json
import os
import threading
import time

ACKNOWLEDGED, REFUSED, UNKNOWN = "acknowledged", "refused", "unknown"
# Refusals that say nothing of what became of an earlier attempt.
PASSING = {408, 429}


class Operation:
    """A request with an effect, repeated until its outcome is known.

    effects: {account id: change in minor units} if it is acknowledged, where the ledger is known
    details: what the checkers of its dialect need
    """

    def __init__(self, kind, dialect, method, path, body, headers, reference=None, key=None,
                 effects=None, **details):
        self.kind, self.dialect, self.method, self.path = kind, dialect, method, path
        self.reference, self.key, self.effects, self.details = reference, key, effects, details
        self.headers = dict(headers)
        self.body = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        if self.body is not None:
            self.headers["Content-Type"] = "application/json"
        if key:
            self.headers["Idempotency-Key"] = key
        self.answer = None  # the one that settled it
        self.attempts = 0
        self.unknown = 0    # attempts whose outcome was not known
        self.begun = time.time()

    @property
    def acknowledged(self):
        """Whether it is known to have had its effect."""
        return self.answer is not None and 200 <= self.answer.status < 300

    @property
    def refused(self):
        """Whether it is known to have had none."""
        return self.answer is not None and not self.acknowledged


def outcome(answer):
    """What an answer says of the operation."""
    if 200 <= answer.status < 300:
        return ACKNOWLEDGED
    if not 400 <= answer.status < 500 or answer.status in PASSING:
        return UNKNOWN
    code = str(answer.get("code") or answer.get("error") or "")
    if code == "IDEMPOTENCY_IN_PROGRESS" or (answer.status == 409 and b"still running" in answer.body):
        return UNKNOWN
    return REFUSED


class History:
    """All operations of a run. A line of the journal is on disk before its request is sent."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.lock = threading.RLock()
        self.operations = []
        self.counts = collections.Counter()
        self.violations = []
        self.slowest = 0.0
        self.replays = 0
        self.dry_references = set()
        self.checkouts = {}       # reference: (outcome, time), as paid on the provider's page
        self.events = []          # as received: (time, envelope)
        self.journal = os.open(folder + "/journal.jsonl", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def write(self, **line):
        """A line of the journal, on disk when this returns."""
        os.write(self.journal, (json.dumps(line, default=str) + "\n").encode())
        os.fdatasync(self.journal)

    def add(self, operation):
        """It will be sent now."""
        with self.lock:
            self.operations.append(operation)

    def count(self, kind, what, n=1):
        """For the report."""
        with self.lock:
            self.counts[kind, what] += n

    def violate(self, checker, problem, **facts):
        """Something that must not be."""
        with self.lock:
            self.violations.append({"checker": checker, "problem": problem, "time": time.time(),
                                    **{name: str(value)[:600] for name, value in facts.items()}})
        print(f"  ! {checker}: {problem} {str(facts)[:500]}", flush=True)

    def recent(self, wanted, most=400):
        """Those of the latest operations for which wanted(operation) is true."""
        with self.lock:
            return [o for o in self.operations[-most:] if wanted(o)]

    def copied(self):
        """The same for a self test, which changes it: operations are copied, violations are not."""
        twin = copy.copy(self)
        twin.lock = threading.RLock()
        with self.lock:
            twin.operations = [copy.copy(o) for o in self.operations]
            twin.events = copy.deepcopy(self.events)
        twin.violations = []
        twin.checkouts = dict(self.checkouts)
        twin.dry_references = set(self.dry_references)
        return twin
