"""Bitpal Wallet: people who sign in with Google, deposits by Paystack, transfers by wallet number."""

from nemesis import request as w

new = w.maker("bitpal")


class Bitpal:
    """Three people."""

    def __init__(self, world):
        self.world = world
        self.people = []

    def prepare(self, client):
        """They sign in for the first time."""
        self.people = [self.sign_in(client) for _ in range(3)]

    def sign_in(self, client):
        """Through the simulated Google: {headers, number}."""
        start = client.ask("GET", "/api/v1/auth/google?redirect=false")
        cookie = "; ".join(text.split(";")[0] for text in start.headers["cookies"])
        page = client.ask("GET", start.get("data.google_auth_url") + f"&login_hint=g{w.word(10)}@example.com")
        back = client.ask("GET", page.headers["location"], headers={"Cookie": cookie} if cookie else {})
        w.expect(back, 200)
        return {"headers": {"Authorization": "Bearer " + back.get("data.access_token")},
                "number": back.get("data.user.wallet_number")}

    def operations(self):
        """(weight, function) of each kind."""
        return [(2, self.deposit), (3, self.transfer)]

    def deposit(self, rng, client):
        """The reference is made by the server, so only the key makes it one."""
        person, amount = rng.choice(self.people), rng.randint(100, 2000)
        operation = new("bitpal deposit", "POST", "/api/v1/wallet/deposit", {"amount": amount},
                        person["headers"], key=w.key(), person=person["number"], minor=amount * 100,
                        changing=True)
        if not self.world.run(operation, client):
            return
        operation.reference = operation.answer.get("data.reference")
        url = operation.answer.get("data.authorization_url")
        if url:
            self.world.pay_on_page(client, url, operation.reference, rng)

    def transfer(self, rng, client):
        """Between two of them."""
        source, target = rng.sample(self.people, 2)
        amount = rng.randint(1, 300)
        self.world.run(new("bitpal transfer", "POST", "/api/v1/wallet/transfer",
                           {"wallet_number": target["number"], "amount": amount}, source["headers"],
                           key=w.key(), person=source["number"], target=target["number"],
                           minor=amount * 100), client)
