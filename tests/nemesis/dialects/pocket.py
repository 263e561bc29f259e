"""OurPocket: transfers, credits, debits, holds, reversals, bulk orders, deposits and withdrawals."""

import collections
import threading

from nemesis import request as w
from nemesis.client import Client

new = w.maker("pocket")
PROVIDERS = ("paystack", "paystack", "flutterwave", "paga", "fingra")
EVENTS = ["wallet.credited", "wallet.debited", "transfer.completed", "hold.created", "hold.captured",
          "hold.voided", "hold.expired", "transaction.reversed"]
FIRST = 2000000  # minor units in each wallet at the beginning
# Of transfers in cedi, borne by the payer, and not given back.
FEE = {"type": "transfer", "currency": "GHS", "bearer": "payer", "onReversal": "keep",
       "tiers": [{"flat": "0.30", "percent": "1.5"}]}

# Of what leaves one of the wallets in cedi, fees included: soon reached.
LIMIT = 400000
LIMIT_RULE = {"mode": "test", "scope": "wallet", "measure": "sum", "direction": "out",
              "currency": FEE["currency"], "window": "month", "limit": "4000.00"}


class Pocket:
    """A project with wallets of two currencies, and a webhook that gets every event."""

    def __init__(self, world):
        self.world = world
        self.holds, self.reversible, self.keys = [], [], []
        self.lock = threading.Lock()

    def prepare(self, client):
        """The project, its key, its wallets, its subscription."""
        world = self.world
        _, self.owner = world.register(client)
        ask = lambda path, body: w.expect(client.ask("POST", path, body, self.owner), 200, 201)
        ask("/v1/platform-accounts", {"name": "Nem " + w.word(4), "companyName": "Nemesis"})
        self.project = ask("/v1/projects", {"name": "n" + w.word(4), "slug": "n-" + w.word(8)}).get("data.id")
        self.key = {"x-api-key": self.new_key(client)[1]}
        ask(f"/v1/projects/{self.project}/webhooks",
            {"url": world.receiver.url, "eventTypes": EVENTS, "mode": "test"})
        w.expect(client.ask("POST", "/v1/fee-schedules", FEE, self.key), 201)
        self.naira = [self.new_wallet(client, "NGN") for _ in range(12)]
        self.cedi = [self.new_wallet(client, "GHS") for _ in range(3)]
        w.expect(client.ask("POST", "/v1/admin/limits", dict(LIMIT_RULE, subject=self.cedi[0]), world.admin), 201)
        self.probed = [self.new_wallet(client, "NGN") for _ in range(2)]
        for wallet in self.naira + self.cedi + self.probed:
            currency = "GHS" if wallet in self.cedi else "NGN"
            if not world.run(self.credit_of(wallet, FIRST, currency), client):
                raise RuntimeError("preparation: a wallet got no money")

    def new_key(self, client):
        """(id, secret) of an API key."""
        answer = client.ask("POST", f"/v1/projects/{self.project}/api-keys",
                            {"scope": "test", "description": "k", "quota": None}, self.owner)
        w.expect(answer, 201)
        return answer.get("data.id"), answer.get("data.rawKey")

    def new_wallet(self, client, currency):
        """The id of a wallet."""
        answer = client.ask("POST", "/v1/wallets", {"currency": currency}, self.key)
        return w.expect(answer, 200, 201).get("data.wallet.id")

    def operations(self):
        """(weight, function) of each kind."""
        return [(30, self.transfer), (8, self.credit), (5, self.debit), (3, self.dry_run),
                (8, self.hold), (8, self.end_hold), (3, self.reverse), (5, self.bulk), (3, self.compound),
                (5, self.deposit), (3, self.withdrawal), (2, self.revoke), (4, self.read)]

    # Single postings

    def transfer_of(self, source, target, minor, currency="NGN", key=None, headers=None, kind="transfer"):
        """The operation."""
        reference = self.world.reference("t")
        body = {"fromWalletId": source, "toWalletId": target, "amount": decimal(minor),
                "currency": currency, "reference": reference}
        return new(kind, "POST", "/v1/wallets/transfer", body, headers or self.key, reference=reference,
                   key=key, effects={source: -minor, target: minor},
                   fee=(source, fee_of(minor)) if currency == FEE["currency"] else None)

    def credit_of(self, wallet, minor, currency="NGN", key=None):
        """The operation."""
        reference = self.world.reference("c")
        body = {"walletId": wallet, "amount": decimal(minor), "currency": currency, "reference": reference}
        return new("credit", "POST", "/v1/wallets/credit", body, self.key, reference=reference, key=key,
                   effects={wallet: minor})

    def debit_of(self, wallet, minor, key=None):
        """The operation."""
        reference = self.world.reference("d")
        body = {"walletId": wallet, "amount": decimal(minor), "currency": "NGN", "reference": reference}
        return new("debit", "POST", "/v1/wallets/debit", body, self.key, reference=reference, key=key,
                   effects={wallet: -minor})

    def transfer(self, rng, client):
        """Between two wallets; one in fifty is more than anybody has."""
        wallets, currency = (self.naira, "NGN") if rng.random() < 0.9 else (self.cedi, "GHS")
        source, target = rng.sample(wallets, 2)
        minor = 9999999900 if rng.random() < 0.02 else rng.randint(1, 90000)
        operation = self.transfer_of(source, target, minor, currency, some_key(rng))
        if self.world.run(operation, client) and rng.random() < 0.1:
            self.keep(self.reversible, (operation.answer.get("data.id"), operation))

    def credit(self, rng, client):
        """Money from outside."""
        self.world.run(self.credit_of(rng.choice(self.naira), rng.randint(1, 90000), key=some_key(rng)), client)

    def debit(self, rng, client):
        """Money to the outside."""
        self.world.run(self.debit_of(rng.choice(self.naira), rng.randint(1, 90000), some_key(rng)), client)

    def dry_run(self, rng, client):
        """It must leave nothing."""
        source, target = rng.sample(self.naira, 2)
        operation = self.transfer_of(source, target, rng.randint(1, 90000), kind="dry run")
        body = {"fromWalletId": source, "toWalletId": target, "amount": "1.00", "currency": "NGN",
                "reference": operation.reference}
        path = "/v1/wallets/transfer"
        if rng.random() < 0.3:
            path, body = "/v1/holds", {"walletId": source, "amount": "1.00", "currency": "NGN",
                                       "reference": operation.reference}
        elif rng.random() < 0.3:
            path, body = "/v1/transactions/bulk", {"transactions": [dict(body, type="transfer")], "atomic": True}
        self.world.history.dry_references.add(operation.reference)
        self.world.run(new("dry run", "POST", path, dict(body, dryRun=True), self.key), client)

    def reverse(self, rng, client):
        """A transfer: all of it, or two parts at the same time, which may be more than it moved."""
        taken = self.take(self.reversible, rng)
        if not taken:
            return
        whole = max(taken[1].effects.values())
        if rng.random() < 0.5:
            self.world.run(self.reversal_of(rng, *taken, whole, {}), client)
            return
        parts = [rng.randint(1, whole) for _ in range(2)]
        self.at_once(*(self.reversal_of(rng, *taken, part, {"amount": decimal(part)}) for part in parts), client)

    def reversal_of(self, rng, transfer_id, transfer, minor, members):  # pylint: disable=too-many-arguments
        """The operation, which gives back that much."""
        reference = self.world.reference("v")
        effects = {wallet: -minor if change > 0 else minor for wallet, change in transfer.effects.items()}
        return new("reversal", "POST", f"/v1/transactions/{transfer_id}/reverse",
                   dict(members, reference=reference), self.key, reference=reference, key=some_key(rng),
                   effects=effects)

    def at_once(self, first, second, client):
        """Two operations, each by a client of its own."""
        rival = threading.Thread(target=self.world.run, args=(first, Client(self.world.stack)), daemon=True)
        rival.start()
        self.world.run(second, client)

    # Holds

    def hold(self, rng, client):
        """Some expire within seconds."""
        wallet, minor, reference = rng.choice(self.naira), rng.randint(1, 30000), self.world.reference("h")
        body = {"walletId": wallet, "amount": decimal(minor), "currency": "NGN", "reference": reference,
                "expiresIn": rng.choice([5, 3600, 3600, 3600])}
        operation = new("hold", "POST", "/v1/holds", body, self.key, reference=reference,
                        key=some_key(rng), wallet=wallet, minor=minor)
        if self.world.run(operation, client):
            self.keep(self.holds, (operation.answer.get("data.id"), operation))

    def end_hold(self, rng, client):
        """Captured or voided, sometimes after a part was captured; one in five is both, at the same time."""
        taken = self.take(self.holds, rng)
        if not taken:
            return
        minor = taken[1].details["minor"]
        if minor > 1 and rng.random() < 0.3:
            part = self.capture_of(rng, *taken, minor - 1, {"final": False})
            if self.world.run(part, client):
                minor += part.effects[taken[1].details["wallet"]]
        capture = self.capture_of(rng, *taken, minor, {})
        void = new("void", "POST", f"/v1/holds/{taken[0]}/void", {}, self.key, key=some_key(rng, 0.5),
                   hold=taken[0])
        if rng.random() < 0.2:
            self.at_once(void, capture, client)
        else:
            self.world.run(capture if rng.random() < 0.65 else void, client)

    def capture_of(self, rng, hold_id, hold, minor, members):  # pylint: disable=too-many-arguments
        """The operation: all that is left or a part, to a wallet or to the outside."""
        wallet, reference = hold.details["wallet"], self.world.reference("p")
        body = dict(members, reference=reference)
        if "final" in body or rng.random() < 0.5:
            minor = rng.randint(1, minor)
            body["amount"] = decimal(minor)
        effects = {wallet: -minor}
        target = rng.choice(self.naira)
        if rng.random() < 0.7 and target != wallet:
            body["toWalletId"] = target
            effects[target] = minor
        kind = "part of a capture" if "final" in body else "capture"
        return new(kind, "POST", f"/v1/holds/{hold_id}/capture", body, self.key, reference=reference,
                   key=some_key(rng, 0.5), effects=effects, hold=hold_id)

    # Many at once

    def bulk(self, rng, client):
        """Atomic or not; now and then a part that must fail."""
        items = [self.bulk_item(rng) for _ in range(rng.randint(3, 14))]
        atomic = rng.random() < 0.5
        body = {"transactions": [item for item, _ in items], "atomic": atomic}
        self.world.run(new("atomic bulk" if atomic else "bulk", "POST", "/v1/transactions/bulk", body, self.key,
                           reference=items[0][0]["reference"], key=some_key(rng), parts=items,
                           atomic=atomic), client)

    def compound(self, rng, client):
        """Up to five postings in one transaction; now and then one that must fail."""
        reference, effects, postings = self.world.reference("m"), collections.Counter(), []
        for _ in range(rng.randint(2, 5)):
            source, target = rng.sample(self.naira, 2)
            minor = 8888888800 if rng.random() < 0.02 else rng.randint(1, 20000)
            postings.append({"from": source, "to": target, "amount": decimal(minor), "currency": "NGN"})
            effects.update({source: -minor, target: minor})
        self.world.run(new("compound", "POST", "/v1/transactions", {"reference": reference, "postings": postings},
                           self.key, reference=reference, key=some_key(rng), effects=dict(effects)), client)

    def bulk_item(self, rng):
        """(transaction, its effects)"""
        minor = 8888888800 if rng.random() < 0.03 else rng.randint(1, 20000)
        item = {"type": rng.choice(["transfer", "credit", "debit"]), "amount": decimal(minor),
                "currency": "NGN", "reference": self.world.reference("b")}
        source, target = rng.sample(self.naira, 2)
        if item["type"] == "transfer":
            return dict(item, fromWalletId=source, toWalletId=target), {source: -minor, target: minor}
        return dict(item, walletId=source), {source: minor if item["type"] == "credit" else -minor}

    # Providers

    def deposit(self, rng, client):
        """By a provider's page, which most customers use."""
        wallet, minor, reference = rng.choice(self.naira), rng.randint(1, 90000), self.world.reference("in")
        body = {"walletId": wallet, "amount": decimal(minor), "currency": "NGN", "reference": reference,
                "provider": rng.choice(PROVIDERS), "providerPayload": {"email": "customer@example.com"}}
        operation = new("deposit", "POST", "/v1/wallets/credit", body, self.key, reference=reference,
                        key=some_key(rng), payment={wallet: minor}, provider=body["provider"], changing=True)
        if not self.world.run(operation, client):
            return
        url = checkout_url(operation.answer)
        if url and rng.random() < 0.85:
            self.world.pay_on_page(client, url, reference, rng)

    def withdrawal(self, rng, client):
        """To a bank account; one in five does not exist."""
        wallet, minor, reference = rng.choice(self.naira), rng.randint(1, 20000), self.world.reference("out")
        account = "0123456789" if rng.random() < 0.8 else "0000000000"
        body = {"walletId": wallet, "amount": decimal(minor), "currency": "NGN", "reference": reference,
                "provider": rng.choice(PROVIDERS[1:]),
                "providerPayload": {"name": "Ada Obi", "account_number": account, "bank_code": "058",
                                    "account_bank": "058"}}
        self.world.run(new("withdrawal", "POST", "/v1/wallets/debit", body, self.key, reference=reference,
                           key=some_key(rng), payment={wallet: -minor}, provider=body["provider"],
                           changing=True), client)

    # Others

    def revoke(self, rng, client):
        """What a revoked key asks for later is not done."""
        answer = client.ask("POST", f"/v1/projects/{self.project}/api-keys",
                            {"scope": "test", "description": "short", "quota": None}, self.owner)
        if answer.status != 201:
            return
        secret = {"x-api-key": answer.get("data.rawKey")}
        source, target = rng.sample(self.naira, 2)
        self.world.run(self.transfer_of(source, target, rng.randint(1, 100), headers=secret), client)
        revoked = client.ask("DELETE", f"/v1/projects/{self.project}/api-keys/{answer.get('data.id')}",
                             headers=self.owner)
        if revoked.status in (200, 204):
            self.world.run(self.transfer_of(source, target, rng.randint(1, 100), headers=secret,
                                            kind="transfer by a revoked key"), client)

    def read(self, rng, client):
        """A balance."""
        operation = new("read", "GET", "/v1/wallets/" + rng.choice(self.naira), None, self.key)
        self.world.attempt(operation, client)

    def keep(self, pool, item):
        """For a later operation of any client."""
        with self.lock:
            pool.append(item)

    def take(self, pool, rng):
        """One that no other client takes; None if there is none."""
        with self.lock:
            return pool.pop(rng.randrange(len(pool))) if pool else None


def fee_of(minor):
    """By the schedule: 0.30 and 1.5%, rounded half up."""
    return (30 * 200 + 3 * minor + 100) // 200


def decimal(minor):
    """1234 is 12.34."""
    return f"{minor // 100}.{minor % 100:02d}"


def some_key(rng, share=0.3):
    """An Idempotency-Key for this share of requests."""
    return "i_" + w.word(16) if rng.random() < share else None


def checkout_url(answer):
    """The page on which the customer pays; each provider names it otherwise."""
    for path in ("data.checkoutUrl", "data.provider.authorization_url", "data.provider.checkoutUrl",
                 "data.provider.link", "data.provider.meta.authorization.redirect"):
        if answer.get(path):
            return answer.get(path)
    return None
