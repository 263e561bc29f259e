"""After the faults: what is unknown becomes known, jobs come to rest, then everything is read and checked."""

import queue
import threading
import time

from nemesis.books import Books
from nemesis.checks import CHECKERS
from nemesis.client import Client
from nemesis.stack import StackError

SETTLERS = 8
REST_S = 170   # at most, until nothing is under way
OPEN_S = 25    # payments that stay open by themselves are not waited for any longer

AT_REST = """
SELECT (SELECT count(*) FROM webhook_delivery WHERE status = 'pending'),
       (SELECT count(*) FROM hold WHERE status = 0 AND expires_at < now()),
       (SELECT count(*) FROM event WHERE sequence IS NULL),
       (SELECT count(*) FROM payment WHERE status = 'pending' AND called),
       (SELECT count(*) FROM drop_payment WHERE status = 'processing')"""


def settle(world):
    """Repeat what is unknown, and what was refused after it was unknown, with the same reference or key."""
    work = queue.SimpleQueue()
    for operation in world.history.operations:
        if operation.answer is None or (operation.unknown and operation.refused):
            work.put(operation)
    print(f"  {work.qsize()} operations are unknown", flush=True)
    threads = [threading.Thread(target=settle_some, args=(world, work)) for _ in range(SETTLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def settle_some(world, work):
    """One thread of several."""
    client = Client(world.stack)
    while True:
        try:
            operation = work.get_nowait()
        except queue.Empty:
            client.close()
            return
        # The answer of an erasure can't be asked for: nobody is left to ask.
        if operation.kind == "erasure" or not (operation.reference or operation.key):
            world.attempt(operation, client)
        else:
            world.settle(operation, client)


def wait_for_rest(stack, open_s=OPEN_S):
    """Until nothing is under way, but for payments that stay open. Returns what is left."""
    begun, left = time.monotonic(), None
    while time.monotonic() - begun < REST_S:
        try:
            left = [int(field) for field in stack.sql(AT_REST)[0]]
        except StackError:
            time.sleep(1)
            continue
        if not any(left[:3]) and (not any(left[3:]) or time.monotonic() - begun > open_s):
            break
        time.sleep(1)
    return dict(zip(("deliveries", "holds", "events", "payments", "remittances"), left or []))


def read_books(world):
    """The database, what the API shows, and what cowry verify says."""
    books = Books(world.stack)
    client = Client(world.stack)
    for wallet in world.pocket.naira + world.pocket.cedi + world.pocket.probed:
        answer = client.ask("GET", "/v1/wallets/" + wallet, headers=world.pocket.key)
        books.api_balances[wallet] = minor(answer.get("data.balance.ledger"))
    for name, path in (("Bitpal", "/api/v1/wallet/balance"), ("Otp", "/api/v1/wallet/balance"),
                       ("Moolah", "/api/v1/wallets/balance")):
        for person in next(d.people for d in world.dialects if type(d).__name__ == name):
            answer = client.ask("GET", path, headers=person["headers"])
            account = person.get("number") or person.get("wallet") or person.get("email")
            books.api_balances[account] = minor(answer.get("data.balance"))
    for operation in world.history.operations:
        if operation.kind == "erasure" and operation.acknowledged:
            body = {"email": operation.details["email"], "password": "mellomlagret7"}
            if client.ask("POST", "/api/auth/login", body).status < 300:
                books.still_signs_in.append(body["email"])
    client.close()
    books.verified = world.stack.cowry("verify")
    return books


def minor(value):
    """A balance in minor units, from a number or a text; None if there is none."""
    return None if value is None else round(float(value) * 100)


def check(history, books, world, stop_at=20):
    """{checker: problems}"""
    found = {}
    for name, checker, _ in CHECKERS:
        problems = []
        for problem in checker(history, books, world):
            problems.append(problem)
            if len(problems) == stop_at:
                break
        found[name] = problems
    return found


def self_test(history, books, world):
    """Plant a mistake for each checker, in copies: {checker: whether it was found}. The history and the
    books must have passed before."""
    results = {}
    for name, checker, plant in CHECKERS:
        sizes = dict(world.sizes)
        twin, copied = history.copied(), books.copied()
        before = len(list(checker(twin, copied, world)))
        try:
            plant(twin, copied, world)
            results[name] = len(list(checker(twin, copied, world))) > before
        except (StopIteration, IndexError):
            results[name] = None  # nothing of this kind happened in the run
        world.sizes = sizes
    return results
