"""Every route that moves money, with the connection to PostgreSQL cut at its first message, at its second
one, and so on until several times in a row nothing was cut: it had no such message. A request that has no
answer then is repeated with the same reference or key; others were finished by the server itself."""

import collections
import json
import os
import random
import signal
import time

from nemesis import process, settle
from nemesis.client import Client

MOST = 500  # messages of a route; no route has so many

# Kind of operation: the functions that lead to it, as (dialect, function).
ROUTES = {
    "transfer": [(0, "transfer")],
    "credit": [(0, "credit")],
    "debit": [(0, "debit")],
    "hold": [(0, "hold")],
    "capture": [(0, "hold"), (0, "end_hold")],
    "void": [(0, "hold"), (0, "end_hold")],
    "reversal": [(0, "transfer"), (0, "reverse")],
    "bulk": [(0, "bulk")],
    "compound": [(0, "compound")],
    "atomic bulk": [(0, "bulk")],
    "dry run": [(0, "dry_run")],
    "deposit": [(0, "deposit")],
    "withdrawal": [(0, "withdrawal")],
    "bitpal deposit": [(1, "deposit")],
    "bitpal transfer": [(1, "transfer")],
    "otp fund": [(2, "move")],
    "otp deduct": [(2, "move")],
    "voucher issue": [(3, "issue")],
    "easypay issue": [(3, "issue_easypay")],
    "voucher redeem": [(3, "issue"), (3, "use")],
    "easypay settle": [(3, "issue_easypay"), (3, "use")],
    "voucher cancel": [(3, "issue_easypay"), (3, "use")],
    "purchase": [(3, "buy")],
    "remittance": [(4, "remit")],
    "qr payment": [(4, "pay_by_qr")],
}
QUIET = 5   # times in a row that nothing was cut
TRIES = 60  # until a random function comes to the kind that is meant


class Cutter:
    """Cuts at one message of one operation."""

    def __init__(self, world):
        self.world = world
        self.kind, self.k = None, 0
        self.operation = None
        world.before = self.arm

    def arm(self, operation):
        """Called before each new operation is sent."""
        if operation.kind == self.kind and self.operation is None:
            self.operation = operation
            self.world.stack.set_proxy(f"cut {self.k}")

    def warm(self, rng, client):
        """Sessions that were cut are opened again by others, not by the request that is meant."""
        for _ in range(4):
            self.world.pocket.read(rng, client)
        self.world.run(self.world.pocket.transfer_of(*self.world.pocket.probed, 1, kind="probe"), client)

    def cut(self, kind, k, rng, client):
        """Whether there was a k-th message to be cut, and whether that left it without an answer at first; None
        if the operation was never sent."""
        self.warm(rng, client)
        before = self.world.stack.proxy_counts()["cut"]
        self.kind, self.k, self.operation = kind, k, None
        for _ in range(TRIES):
            for dialect, function in ROUTES[kind]:
                getattr(self.world.dialects[dialect], function)(rng, client)
            if self.operation:
                break
        self.kind = None
        self.world.stack.set_proxy("pass")
        if not self.operation:
            return None
        return self.world.stack.proxy_counts()["cut"] > before, self.operation.unknown > 0

    def cut_all(self, kind, rng, client, deadline):
        """At every message. Returns how many were cut; None if there was no time."""
        cuts = disturbed = quiet = k = 0
        while quiet < QUIET and k < MOST and time.monotonic() < deadline:
            k += 1
            found = self.cut(kind, k, rng, client)
            if found is None:
                break
            hit, unknown = found
            cuts += hit
            disturbed += unknown
            quiet = 0 if hit else quiet + 1
        print(f"  {kind}: {cuts} cuts, {disturbed} of them left it without an answer", flush=True)
        return cuts if time.monotonic() < deadline else None


def cut_routes(world, kinds, minutes):
    """{kind: cuts}, of the routes for which there was time."""
    deadline = time.monotonic() + (minutes or 1e6) * 60
    rng, client = random.Random(world.seed), Client(world.stack)
    cutter, results = Cutter(world), {}
    world.mailed = False
    runner = world.stack.pid("jobs")
    process.send(runner, signal.SIGSTOP)  # so that only the request has messages
    try:
        for kind in kinds:
            cuts = cutter.cut_all(kind, rng, client, deadline)
            if cuts is None:
                break
            results[kind] = cuts
    finally:
        process.send(runner, signal.SIGCONT)
        world.stack.set_proxy("pass")
        world.before = None
        client.close()
    return results


def run(world, kinds, out, minutes):
    """Routes in an order by the seed, those for which there is time; then the checkers. Returns the exit
    status."""
    random.Random(world.seed).shuffle(kinds)
    results = cut_routes(world, kinds, minutes)
    world.ending = True
    settle.settle(world)
    settle.wait_for_rest(world.stack)
    found = settle.check(world.history, settle.read_books(world), world)
    failed = [kind for kind, n in results.items() if n == 0]
    outcomes = collections.defaultdict(dict)
    for (kind, what), n in world.history.counts.items():
        outcomes[kind][what] = n
    os.makedirs(out, exist_ok=True)
    with open(out + "/cuts.json", "w", encoding="utf-8") as file:
        json.dump({"seed": world.seed, "cut": results, "operations": outcomes, "checkers": found}, file,
                  indent=1, default=str)
    print(f"{sum(results.values())} cuts, in {len(results)} routes")
    for name, problems in found.items():
        print(f"{'not ok' if problems else 'ok'} - {name}")
        for problem in problems[:5]:
            print(f"    {problem}")
    if failed:
        print("never cut: " + ", ".join(failed))
    return 1 if failed or any(found.values()) else 0
