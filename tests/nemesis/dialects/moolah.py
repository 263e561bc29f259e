"""MyMoolah: vouchers, EasyPay settlements, and prepaid products bought from vendors."""

import hashlib
import hmac
import json
import threading

from nemesis import request as w
from nemesis.stack import StackError

new = w.maker("moolah")
FIRST = 9000000  # cents for each person at the beginning
PRODUCTS = (("flash", "FLASH-VODACOM-AIRTIME", "+27821234567"), ("mobilemart", "MM-TELKOM-DATA-500MB", "0821234567"),
            ("flash", "FLASH-ELECTRICITY", "01234567890"), ("mobilemart", "MM-ELECTRICITY", "00000000000"))


class Moolah:
    """Three people with money."""

    def __init__(self, world):
        self.world = world
        self.people, self.vouchers = [], []
        self.lock = threading.Lock()

    def prepare(self, client):
        """They register, and an administrator gives them money."""
        for _ in range(3):
            _, headers = self.world.register(client)
            wallet = client.ask("GET", "/api/v1/wallets/balance", headers=headers).get("data.walletId")
            body = {"walletId": wallet, "amount": f"{FIRST // 100}.00", "currency": "ZAR",
                    "reference": self.world.reference("fund"), "reason": "nemesis"}
            w.expect(client.ask("POST", "/v1/admin/wallets/credit", body, self.world.admin), 200, 201)
            self.people.append({"headers": headers, "wallet": wallet})

    def operations(self):
        """(weight, function) of each kind."""
        return [(2, self.issue), (1, self.issue_easypay), (2.5, self.use), (0.3, self.expire),
                (1.5, self.buy), (0.7, self.pay_bill)]

    def issue(self, rng, client):
        """A voucher, paid from the wallet."""
        person, amount = rng.choice(self.people), rng.randint(5, 300)
        operation = new("voucher issue", "POST", "/api/v1/vouchers/issue",
                        {"original_amount": amount, "issued_to": "u@example.com"}, person["headers"],
                        key=w.key(), person=person["wallet"], minor=amount * 100)
        if self.world.run(operation, client):
            self.keep(operation, person, "code", str(operation.answer.get("data.voucherCode")).replace(" ", ""))

    def issue_easypay(self, rng, client):
        """A voucher that is paid at a till."""
        person, amount = rng.choice(self.people), rng.randint(50, 300)
        operation = new("easypay issue", "POST", "/api/v1/vouchers/easypay/issue",
                        {"original_amount": amount, "issued_to": "u@example.com"}, person["headers"],
                        key=w.key(), person=person["wallet"], minor=amount * 100)
        if self.world.run(operation, client):
            self.keep(operation, person, "easypay", str(operation.answer.get("data.easypay_code")))

    def keep(self, operation, person, kind, code):
        """For later use, by anybody."""
        with self.lock:
            self.vouchers.append({"id": operation.answer.get("data.id"), "kind": kind, "code": code,
                                  "minor": operation.details["minor"], "person": person,
                                  "settlement": "TX" + w.word(12)})

    def use(self, rng, client):
        """Redeem, settle or cancel one of the latest."""
        with self.lock:
            voucher = rng.choice(self.vouchers[-60:]) if self.vouchers else None
        if voucher is None:
            return
        if voucher["kind"] == "code":
            self.redeem(rng, client, voucher)
        elif rng.random() < 0.5:
            self.settle(client, voucher)
        else:
            self.world.run(new("voucher cancel", "POST", f"/api/v1/vouchers/{voucher['id']}/cancel", {},
                               voucher["person"]["headers"], key=w.key()), client)

    def redeem(self, rng, client, voucher):
        """A part of it, into the wallet of the caller, who has the code."""
        person, amount = rng.choice(self.people), rng.randint(1, max(1, voucher["minor"] // 200))
        self.world.run(new("voucher redeem", "POST", "/api/v1/vouchers/redeem",
                           {"voucher_code": voucher["code"], "amount": amount}, person["headers"],
                           key=w.key(), person=person["wallet"], minor=amount * 100), client)

    def settle(self, client, voucher):
        """EasyPay says that it was paid; it may say so many times."""
        body = json.dumps({"easypay_code": voucher["code"], "settlement_amount": voucher["minor"] // 100,
                           "merchant_id": "M1", "transaction_id": voucher["settlement"]}).encode()
        secret = self.world.stack.credentials["easypay_secret"].encode()
        signature = hmac.new(secret, body, hashlib.sha512).hexdigest()
        self.world.run(new("easypay settle", "POST", "/api/v1/vouchers/easypay/settlement", body,
                           {"x-easypay-signature": signature}, reference=voucher["settlement"]), client)

    def expire(self, rng, client):  # pylint: disable=unused-argument
        """Time passes for one voucher."""
        try:
            self.world.stack.sql(
                "UPDATE voucher SET expires_at = now() - interval '1 second', "
                "refund_after = now() - interval '1 second' WHERE voucher_id IN (SELECT voucher_id FROM voucher "
                "WHERE status IN ('active', 'pending_payment') ORDER BY random() LIMIT 1)", 10)
            self.world.history.count("voucher expiry", "set")
        except (StackError, OSError):
            self.world.history.count("voucher expiry", "not set")

    def buy(self, rng, client):
        """Airtime, data or electricity; the last meter is refused."""
        person, amount = rng.choice(self.people), rng.randint(10, 60)
        vendor, product, recipient = rng.choice(PRODUCTS)
        if "AIRTIME" not in product and "ELECTRICITY" not in product:
            amount = 29
        self.purchase(client, person, amount, f"/api/v1/{vendor}/process",
                      {"productCode": product, "amount": amount, "recipient": recipient})

    def pay_bill(self, rng, client):
        """A bill through EasyPay."""
        amount = rng.randint(10, 90)
        self.purchase(client, rng.choice(self.people), amount, "/billpayment/v1/easypay/process",
                      {"easypayNumber": "91234604263339", "amount": amount})

    def purchase(self, client, person, amount, path, body):
        """Its reference makes it one."""
        reference = self.world.reference("buy")
        self.world.run(new("purchase", "POST", path, dict(body, reference=reference), person["headers"],
                           reference=reference, person=person["wallet"], minor=amount * 100), client)
