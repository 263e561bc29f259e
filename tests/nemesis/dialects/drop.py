"""Drop: remittances and QR payments from bank accounts, and the erasure of a user."""

import random

from nemesis import request as w

new = w.maker("drop")
PASSWORD = "mellomlagret7"


class Drop:
    """Two people with an account at the simulated bank, and a merchant."""

    def __init__(self, world):
        self.world = world
        self.people = []

    def prepare(self, client):
        """They are verified, name a recipient, and connect their bank."""
        self.people = [self.customer(client) for _ in range(2)]
        self.merchant = self.register_merchant(client)

    def register(self, client):
        """(e-mail address, cookie)"""
        email = f"d{w.word(10)}@example.com"
        answer = client.ask("POST", "/api/auth/register", {
            "email": email, "password": PASSWORD, "firstName": "Jane", "lastName": "Doe",
            "phone": f"+47{random.randint(0, 99999999):08d}", "dateOfBirth": "1995-03-15"})
        cookies = w.expect(answer, 201).headers["cookies"]
        return email, {"Cookie": next(c for c in cookies if c.startswith("drop_token=")).split(";")[0]}

    def verify(self, client, email):
        """By an administrator."""
        found = client.ask("GET", "/v1/users?search=" + email, headers=self.world.admin)
        user = found.get("data.0.id") or found.get("data.items.0.id") or found.get("data.users.0.id")
        w.expect(client.ask("PATCH", f"/v1/users/{user}", {"kycStatus": "verified"}, self.world.admin), 200)

    def customer(self, client):
        """{headers, recipient, email}"""
        email, headers = self.register(client)
        self.verify(client, email)
        recipient = w.expect(client.ask("POST", "/api/recipients", {
            "name": "Mama Jasmina", "country": "RS", "currency": "RSD",
            "bankAccount": "RS35260005601001611379", "bankName": "Banka"}, headers), 201).get("data.id")
        consent = client.ask("POST", "/api/bank-accounts", {"bank": "DNB"}, headers)
        page = client.ask("GET", f"{consent.get('data.authorizationUrl')}&login_hint={email}")
        client.ask("GET", page.headers["location"], headers=headers)
        return {"headers": headers, "recipient": recipient, "email": email}

    def register_merchant(self, client):
        """The id of a merchant."""
        email, headers = self.register(client)
        self.verify(client, email)
        body = {"businessName": "Ahmetov Kebab", "orgNumber": f"9{random.randint(0, 99999999):08d}",
                "address": "Storgata 1, Oslo", "bankAccount": "8601.11.17947"}
        return w.expect(client.ask("POST", "/api/merchants/register", body, headers), 201).get("data.id")

    def operations(self):
        """(weight, function) of each kind."""
        return [(1.5, self.remit), (1, self.pay_by_qr), (0.2, self.erase)]

    def remit(self, rng, client):
        """To the recipient, from the bank account."""
        person = rng.choice(self.people)
        self.world.run(new("remittance", "POST", "/api/transactions/remittance",
                           {"recipientId": person["recipient"], "amount": rng.randint(100, 160)},
                           person["headers"], key=w.key(), person=person["email"], changing=True), client)

    def pay_by_qr(self, rng, client):
        """To the merchant."""
        person = rng.choice(self.people)
        self.world.run(new("qr payment", "POST", "/api/transactions/qr-payment",
                           {"merchantId": self.merchant, "amount": rng.randint(10, 60)}, person["headers"],
                           key=w.key(), person=person["email"], changing=True), client)

    def erase(self, rng, client):  # pylint: disable=unused-argument
        """A new user, erased: afterwards nobody can sign in."""
        try:
            email, headers = self.register(client)
        except RuntimeError:
            return
        operation = new("erasure", "DELETE", "/api/user/account", None, headers, email=email)
        self.world.run(operation, client)
