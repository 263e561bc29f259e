"""Wallet OTP: fundings and deductions that a mailed code confirms."""

import glob
import os
import re
import threading
import time

from nemesis import request as w

new = w.maker("otp")
MAIL_S = 12


class Otp:
    """Three people, each doing one thing at a time: the code of another request would be mailed."""

    def __init__(self, world):
        self.world = world
        self.people = []

    def prepare(self, client):
        """They register."""
        for _ in range(3):
            email, headers = self.world.register(client)
            self.people.append({"email": email, "headers": headers, "busy": threading.Lock()})

    def operations(self):
        """(weight, function) of each kind."""
        return [(1.2, self.move)]

    def move(self, rng, client):
        """A funding, or a deduction."""
        person = rng.choice(self.people)
        if not person["busy"].acquire(blocking=False):
            return
        try:
            self.start(rng, client, person, "fund" if rng.random() < 0.7 else "deduct")
        finally:
            person["busy"].release()

    def start(self, rng, client, person, what):
        """Ask for the code, wait for the mail, confirm."""
        amount, since = rng.randint(100, 900), time.time() - 0.5
        body = {"amount": amount}
        if what == "fund":
            body["email"] = person["email"]
        operation = new("otp " + what, "POST", "/api/wallet/" + what, body, person["headers"], key=w.key(),
                        person=person["email"], minor=amount * 100)
        if not self.world.run(operation, client):
            return
        reference = operation.answer.get("transactionReference")
        code = self.wait_for_code(person["email"], since)
        if code is None:
            self.world.history.count("otp mail", "late")
            return
        self.world.run(new("otp verify", "POST", "/api/wallet/verify-otp",
                           {"otp": code, "transaction_reference": reference}, person["headers"],
                           key=w.key(), confirmed=reference, person=person["email"]), client)

    def wait_for_code(self, email, since):
        """None if it does not come."""
        deadline = time.monotonic() + MAIL_S
        while time.monotonic() < deadline and self.world.mailed and not self.world.ending:
            code = mail_code(self.world.stack, email, since)
            if code:
                return code
            time.sleep(0.4)
        return None


def mail_code(stack, address, since):
    """The six digits of a mail to the address that is not older; None if there is none yet."""
    for path in glob.glob(stack.credentials["mail_dir"] + "/**/*", recursive=True):
        try:
            if not os.path.isfile(path) or os.path.getmtime(path) < since:
                continue
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        if address.lower() in text.lower():
            found = re.search(r"(?<![\dA-Za-z=+])(\d{6})(?!\d)", text.split("\n\n", 1)[-1])
            if found:
                return found.group(1)
    return None
