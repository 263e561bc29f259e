"""Providers that hang, lie and repeat, webhooks in a storm, receivers that fail (F7, F8)."""

import hashlib
import hmac
import json
import threading
import time

from nemesis.client import Client

PROVIDERS = ("paystack", "flutterwave", "paga", "fingra", "bank", "flash", "mobilemart", "easypay")
PAYERS = PROVIDERS[:4]


def control(nemesis, client, **order):
    """Tell the sandbox; returns whether it was told."""
    return client.ask("POST", nemesis.stack.credentials["sandbox_url"] + "/control", order).status == 200


def mischief(rng):
    """An order for a random provider."""
    provider = rng.choice(PROVIDERS)
    order = {"provider": provider, "times": rng.randint(1, 3)}
    kind = rng.random()
    if kind < 0.4:
        order["fail"] = rng.choice(["500", "timeout", "reset", "half", "refuse"])
    elif kind < 0.55 or provider not in PAYERS:
        order["delay_ms"] = rng.choice([500, 4000, 20000])
    elif kind < 0.7:
        order["repeat"] = 20
    elif kind < 0.85:
        order["reorder"] = True
        order["times"] = 4
    else:
        order["early"] = True
    return order


def providers_misbehave(nemesis):
    """Another order every second."""
    client, told = Client(nemesis.stack), 0
    deadline = time.monotonic() + nemesis.seconds(6, 12)
    while time.monotonic() < deadline:
        told += control(nemesis, client, **mischief(nemesis.random))
        time.sleep(0.8)
    for provider in PROVIDERS:
        control(nemesis, client, provider=provider, reset=True)
    client.close()
    return f"{told} orders"


def open_deposits(nemesis):
    """The latest at Paystack: (reference there, minor units, our reference)."""
    found = []
    for operation in nemesis.history.recent(lambda o: o.kind == "deposit" and o.acknowledged):
        reference = operation.answer.get("data.provider.reference")
        if operation.details["provider"] == "paystack" and reference:
            found.append((reference, abs(next(iter(operation.details["payment"].values()))), operation.reference))
    return found[-12:]


def send_webhook(nemesis, reference, minor, ours, sent):
    """As Paystack would: it was paid."""
    client = Client(nemesis.stack)
    body = json.dumps({"event": "charge.success", "data": {
        "id": 1, "status": "success", "reference": reference, "amount": minor, "currency": "NGN"}}).encode()
    secret = nemesis.stack.credentials["paystack_secret"].encode()
    answer = client.ask("POST", "/v1/webhooks/paystack", body, {
        "Content-Type": "application/json",
        "x-paystack-signature": hmac.new(secret, body, hashlib.sha512).hexdigest()})
    client.close()
    sent.append(answer.status)
    nemesis.history.count("webhook", answer.status)
    if answer.status == 200:
        nemesis.history.checkouts.setdefault(ours, ("success", time.time()))


def webhook_storm(nemesis):
    """Genuine webhooks, each many times, in any order, fifty a second."""
    deadline, sent = time.monotonic() + nemesis.seconds(5, 10), []
    while time.monotonic() < deadline:
        for deposit in nemesis.random.sample(found := open_deposits(nemesis), min(5, len(found))):
            for _ in range(2):
                threading.Thread(target=send_webhook, args=(nemesis, *deposit, sent), daemon=True).start()
        time.sleep(0.2)
    time.sleep(1)
    return f"{len(sent)} answered"


def receiver_slow(nemesis):
    """Each delivery takes three seconds."""
    nemesis.world.receiver.slow_s = 3.0
    time.sleep(nemesis.seconds(5, 12))
    nemesis.world.receiver.slow_s = 0.0
    return "3 s each"


def receiver_fails(nemesis):
    """Each delivery is refused, and comes again later."""
    nemesis.world.receiver.fails = True
    time.sleep(nemesis.seconds(2, 6))
    nemesis.world.receiver.fails = False
    return "503"


FAULTS = {
    "providers misbehave": ("", providers_misbehave),
    "webhook storm": ("", webhook_storm),
    "receiver is slow": ("", receiver_slow),
    "receiver fails": ("", receiver_fails),
}
