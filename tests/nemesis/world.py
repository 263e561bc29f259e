"""The load: clients in closed loops that send every operation of every dialect, until each is known."""

import random
import threading
import time

from nemesis.client import Client
from nemesis.contract import Contract
from nemesis.history import ACKNOWLEDGED, UNKNOWN, outcome
from nemesis.receiver import Receiver
from nemesis.request import expect, word
from nemesis.dialects import bitpal, drop, moolah, otp, pocket

HUNG_S = 35
CLIENTS = 12
ABORTED = 0.02  # of first attempts


class World:
    """What all clients share: accounts, the history, and whether they go on."""

    def __init__(self, stack, history, seed):
        self.stack, self.history, self.seed = stack, history, seed
        self.random = random.Random(seed)
        self.contract = Contract(stack.home + "/usr/share/cowry/www/openapi")
        self.receiver = Receiver(history)
        self.ending = False
        self.dialects = []
        self.threads = []
        self.mailed = True      # the job runner sends mails
        self.before = None      # called with each new operation before it is sent
        self.sandbox_ends = []  # the simulated providers forget everything then
        self.sizes = {}         # {(program, pid): [(KiB, descriptors)]}

    def prepare(self):
        """Accounts with money in each dialect."""
        client = Client(self.stack)
        login = client.ask("POST", "/v1/auth/login",
                           {"email": self.stack.credentials["admin_email"],
                            "password": self.stack.credentials["admin_password"]})
        self.admin = {"Authorization": "Bearer " + expect(login, 200).get("data.accessToken")}
        self.pocket = pocket.Pocket(self)
        self.dialects = [self.pocket, bitpal.Bitpal(self), otp.Otp(self), moolah.Moolah(self),
                         drop.Drop(self)]
        for dialect in self.dialects:
            dialect.prepare(client)
        client.close()

    def start(self):
        """The clients begin."""
        self.threads = [threading.Thread(target=self.loop, args=(i,), daemon=True)
                        for i in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        """The clients end; what they do not know yet stays open."""
        self.ending = True
        for thread in self.threads:
            thread.join(60)
        if any(thread.is_alive() for thread in self.threads):
            self.history.violate("hung", "a client hangs 60 s after the end")

    def loop(self, number):
        """One client."""
        rng = random.Random(self.seed * 1000 + number)
        client = Client(self.stack)
        table = [(weight, work) for dialect in self.dialects for weight, work in dialect.operations()]
        table.append((5, self.replay))
        weights = [weight for weight, _ in table]
        while not self.ending:
            work = rng.choices(table, weights)[0][1]
            try:
                work(rng, client)
            except Exception as problem:  # pylint: disable=broad-except
                self.history.count("client", repr(problem)[:80])
            time.sleep(rng.uniform(0.1, 0.3))

    # Requests

    def attempt(self, operation, client, leaving=False):
        """Once. Returns what its answer says."""
        operation.attempts += 1
        self.history.write(ask=operation.kind, reference=operation.reference, key=operation.key,
                           attempt=operation.attempts, time=time.time())
        if leaving:
            answer = client.leave(operation.method, operation.path, operation.body, operation.headers)
            self.history.count("client left", answer.body.decode()[5:])
        else:
            answer = client.ask(operation.method, operation.path, operation.body, operation.headers)
        said = outcome(answer)
        self.history.write(answered=operation.kind, reference=operation.reference, key=operation.key,
                           status=answer.status, outcome=said, seconds=round(answer.seconds, 3),
                           id=answer.headers.get("x-request-id"), time=time.time())
        self.judge(operation, answer)
        label = said if said != UNKNOWN else f"unknown {answer.status or 'no answer'}"
        self.history.count(operation.kind, label)
        if said == UNKNOWN:
            operation.unknown += 1
        else:
            operation.answer = answer
        return said

    def judge(self, operation, answer):
        """Checks of the answer itself."""
        history = self.history
        with history.lock:
            history.slowest = max(history.slowest, answer.seconds)
        if answer.seconds > HUNG_S:
            history.violate("hung", f"no answer for {answer.seconds:.1f} s", kind=operation.kind)
        problem = self.contract.problem(operation.dialect, operation.method, operation.path, answer)
        if problem:
            history.violate("contract", problem, kind=operation.kind, path=operation.path)

    def run(self, operation, client):
        """Until its outcome is known, or the load ends. Returns whether it is acknowledged."""
        self.history.add(operation)
        if self.before:
            self.before(operation)
        leaving = self.before is None and random.random() < ABORTED and operation.body and (operation.reference or operation.key)
        pause = 0.1
        while self.attempt(operation, client, leaving) == UNKNOWN:
            if self.ending:
                return False
            leaving = False
            time.sleep(pause)
            pause = min(pause * 1.7, 2)
        return operation.acknowledged

    def settle(self, operation, client, seconds=200):
        """After the faults: it must become known. Returns whether it did."""
        deadline = time.monotonic() + seconds
        while self.attempt(operation, client) == UNKNOWN:
            if time.monotonic() > deadline:
                return False
            time.sleep(1)
        return True

    def replay(self, rng, client):
        """What was acknowledged under a key is answered with the same bytes again."""
        known = self.history.recent(lambda o: o.key and o.acknowledged and not o.details.get("changing"))
        if not known:
            return
        operation = rng.choice(known)
        answer = client.ask(operation.method, operation.path, operation.body, operation.headers)
        self.judge(operation, answer)
        said = outcome(answer)
        self.history.count("replay", said)
        first = operation.answer
        if said == ACKNOWLEDGED:
            self.history.replays += 1
        if said != UNKNOWN and answer.status != 401 and (answer.status, answer.body) != (first.status, first.body):
            self.history.violate("replay", "another answer under the same key", kind=operation.kind,
                                 key=operation.key, first=first, again=answer)

    # For the dialects

    def reference(self, prefix):
        """A new one."""
        return f"{prefix}_{self.seed}_{word(12)}"

    def register(self, client):
        """A new user who has signed in: (e-mail address, headers)."""
        email = f"u{word(12)}@example.com"
        body = {"name": "Jane Doe", "email": email, "provider": "local", "password": "Correct-Horse-42!",
                "country": "Nigeria", "companyName": "Nemesis", "role": "developer", "acceptTerms": True}
        expect(client.ask("POST", "/v1/auth/register", body), 200, 201)
        login = client.ask("POST", "/v1/auth/login", {"email": email, "password": body["password"]})
        return email, {"Authorization": "Bearer " + expect(login, 200).get("data.accessToken")}

    def pay_on_page(self, client, url, reference, rng):
        """The customer pays, or not, on the provider's page."""
        chosen = rng.choice(["success"] * 6 + ["failed"])
        answer = client.ask("POST", url, ("outcome=" + chosen).encode(),
                            {"Content-Type": "application/x-www-form-urlencoded"})
        self.history.count("checkout " + chosen, "acknowledged" if answer.status in (200, 302, 303) else "unknown")
        if answer.status in (200, 302, 303):
            self.history.checkouts[reference] = (chosen, time.time())
