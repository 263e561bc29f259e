"""What comes from outside: providers, webhooks, receivers, mail, hostile JSON."""

import hashlib
import hmac
import json
import os
import threading
import time

from nemesis.client import Client
from nemesis.faults.fault import Fault, hit
from nemesis.stack import StackError

PROVIDERS = ("paystack", "flutterwave", "paga", "fingra", "bank", "flash", "mobilemart", "easypay")
PAYERS = PROVIDERS[:4]
WEBHOOK = "/v1/webhooks/paystack"


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
    return hit(told, "orders")


def open_deposits(nemesis):
    """The latest at Paystack: (reference there, minor units, our reference)."""
    found = []
    for operation in nemesis.history.recent(lambda o: o.kind == "deposit" and o.acknowledged):
        reference = operation.answer.get("data.provider.reference")
        if operation.details["provider"] == "paystack" and reference:
            found.append((reference, abs(next(iter(operation.details["payment"].values()))), operation.reference))
    return found[-12:]


def signature(secret, body):
    """Paystack's, of a body."""
    return hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()


def send_webhook(nemesis, reference, minor, ours, padding=0):
    """As Paystack would: it was paid. Returns the status of the answer."""
    client = Client(nemesis.stack)
    body = json.dumps({"event": "charge.success", "data": {
        "id": 1, "status": "success", "reference": reference, "amount": minor, "currency": "NGN",
        "metadata": "x" * padding}}).encode()
    answer = client.ask("POST", WEBHOOK, body, {
        "Content-Type": "application/json",
        "x-paystack-signature": signature(nemesis.stack.credentials["paystack_secret"], body)})
    client.close()
    nemesis.history.count("webhook", answer.status)
    nemesis.judge("pocket", "POST", WEBHOOK, answer)
    if answer.status == 200:
        nemesis.history.checkouts.setdefault(ours, ("success", time.time()))
    return answer.status


def forged(secret, body):
    """Headers that no provider would send with this body, and bodies that it did not sign."""
    good = signature(secret, body)
    yield body, None
    yield body, good[:-1]
    yield body, good[:-1] + ("0" if good[-1] != "0" else "1")
    yield body, signature("another", body)
    yield body, hashlib.sha512(body).hexdigest()
    yield body.replace(b"NGN", b"GHS"), good
    yield body + b" ", good


def forged_webhooks(nemesis):
    """None of them may be believed."""
    client, refused = Client(nemesis.stack), 0
    deadline = time.monotonic() + nemesis.seconds(3, 6)
    while time.monotonic() < deadline:
        body = json.dumps({"event": "charge.success", "data": {
            "id": 1, "status": "success", "reference": "forged", "amount": 100, "currency": "NGN"}}).encode()
        for sent, sign in forged(nemesis.stack.credentials["paystack_secret"], body):
            headers = {"Content-Type": "application/json", **({"x-paystack-signature": sign} if sign else {})}
            answer = client.ask("POST", WEBHOOK, sent, headers)
            nemesis.judge("pocket", "POST", WEBHOOK, answer)
            if 200 <= answer.status < 300:
                nemesis.history.violate("contract", "a forged webhook was believed", signature=sign)
            refused += 400 <= answer.status < 500
        time.sleep(0.3)
    client.close()
    return hit(refused, "refused")


def webhook_storm(nemesis):
    """Genuine webhooks, each many times, in any order, fifty a second."""
    deadline, sent = time.monotonic() + nemesis.seconds(5, 10), []

    def send(deposit):
        sent.append(send_webhook(nemesis, *deposit))
    while time.monotonic() < deadline:
        for deposit in nemesis.random.sample(found := open_deposits(nemesis), min(5, len(found))):
            for _ in range(2):
                threading.Thread(target=send, args=(deposit,), daemon=True).start()
        time.sleep(0.2)
    time.sleep(1)
    return hit(len(sent), "answered")


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


def mail_fails(nemesis):
    """The folder that takes the mails can't be written; they are sent later."""
    folder, otp = nemesis.stack.credentials["mail_dir"], nemesis.world.dialects[2]
    tried = "SELECT count(*) FROM job WHERE kind = 'mail' AND attempts > 0"
    os.chmod(folder, 0)
    try:
        deadline, waiting = time.monotonic() + nemesis.seconds(6, 12), 0
        threading.Thread(target=otp.move, args=(nemesis.random, Client(nemesis.stack)), daemon=True).start()
        while time.monotonic() < deadline:
            time.sleep(0.5)
            try:
                waiting = max(waiting, int(nemesis.stack.sql(tried)[0][0]))
            except StackError:
                pass
    finally:
        os.chmod(folder, 0o700)
    return hit(waiting, "mails were late")


def hostile_bodies(world):
    """Transfers that nobody may carry out: each is a good one, but for one thing."""
    source, target = world.pocket.probed
    good = json.dumps({"fromWalletId": source, "toWalletId": target, "amount": "1.00", "currency": "NGN",
                       "reference": world.reference("hostile")})
    for amount in ("1e400", "NaN", "-1", "1e-2", "99999999999999999999", '"1.001"', '"\\u0000"', "[[]]", "true"):
        yield good.replace('"1.00"', amount).encode()
    yield good.encode()[:-1]
    yield good.encode() + b"}"
    yield good.replace('"NGN"', '"NGN", "amount": "2.00"').encode()
    yield good.replace('"NGN"', '"NGN", "metadata": ' + '{"a":' * 5000 + "1" + "}" * 5000).encode()
    yield good.replace('"NGN"', '"NGN", "metadata": ' + "[" * 60000).encode()
    yield good.replace('"NGN"', '"N\tGN"').encode()
    yield good.replace("NGN", "N\udc80").encode("utf-8", "surrogatepass")
    yield good.replace("hostile", "\\u0000\\ud800").encode()
    yield b"\xff\xfe" + good.encode("utf-16-le")


def hostile_json(nemesis):
    """Each is refused; a worker that it ends would be missed."""
    client, refused = Client(nemesis.stack), 0
    headers = dict(nemesis.world.pocket.key, **{"Content-Type": "application/json"})
    deadline = time.monotonic() + nemesis.seconds(3, 6)
    while time.monotonic() < deadline:
        for body in hostile_bodies(nemesis.world):
            answer = client.ask("POST", "/v1/wallets/transfer", body, headers)
            nemesis.judge("pocket", "POST", "/v1/wallets/transfer", answer)
            if 200 <= answer.status < 300:
                nemesis.history.violate("contract", "hostile JSON was accepted", body=body[:300])
            refused += 400 <= answer.status < 500
        time.sleep(0.3)
    client.close()
    return hit(refused, "refused")


FAULTS = {
    "forged webhooks": Fault("F8", forged_webhooks),
    "mail fails": Fault("F9", mail_fails),
    "hostile JSON": Fault("F18", hostile_json),
    "providers misbehave": Fault("F7", providers_misbehave),
    "webhook storm": Fault("F8", webhook_storm),
    "receiver is slow": Fault("F8", receiver_slow),
    "receiver fails": Fault("F8", receiver_fails),
}
