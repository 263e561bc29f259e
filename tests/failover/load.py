#!/usr/bin/env python3
"""load.py JOURNAL CA KEY URL... -- FROM:TO...

Transfers of 0.01, one client for each pair of wallets, until standard input ends. A line is written to
the journal before a request is sent, and one when it is answered:

    TIME ask REFERENCE
    TIME STATUS REFERENCE

A request that got no final answer is repeated with the same reference until it has one, also after the
end of standard input. Clients use the URLs in turn.
"""
import http.client
import itertools
import json
import ssl
import sys
import threading
import time

FINAL = range(200, 300)
TIMEOUT_S = 10
REPEAT_UNTIL_S = 120

journal_lock = threading.Lock()
stopped = threading.Event()


def note(journal, what, reference):
    with journal_lock:
        journal.write(f"{time.time():.3f} {what} {reference}\n")
        journal.flush()


class Client:
    def __init__(self, journal, context, key, urls, number, pair):
        self.journal = journal
        self.context = context
        self.key = key
        self.urls = itertools.cycle(urls[number % len(urls):] + urls[:number % len(urls)])
        self.number = number
        self.source, self.target = pair.split(":")
        self.connection = None

    def post(self, reference):
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(next(self.urls), timeout=TIMEOUT_S,
                                                          context=self.context)
        body = json.dumps({"fromWalletId": self.source, "toWalletId": self.target,
                           "amount": "0.01", "currency": "NGN", "reference": reference})
        self.connection.request("POST", "/v1/wallets/transfer", body,
                                {"x-api-key": self.key, "Content-Type": "application/json"})
        answer = self.connection.getresponse()
        answer.read()
        return answer.status

    def ask(self, reference):
        try:
            return self.post(reference)
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = None
            return type(error).__name__

    def transfer(self, reference):
        note(self.journal, "ask", reference)
        end = time.time() + REPEAT_UNTIL_S
        while time.time() < end:
            status = self.ask(reference)
            note(self.journal, status, reference)
            if status in FINAL:
                return
            time.sleep(0.05)

    def run(self):
        for i in itertools.count():
            if stopped.is_set():
                return
            self.transfer(f"{sys.argv[1].rsplit('/', 1)[-1]}-{self.number}-{i}")


def main():
    path, ca, key, *rest = sys.argv[1:]
    split = rest.index("--")
    context = ssl.create_default_context(cafile=ca)
    with open(path, "a", encoding="ascii") as journal:
        clients = [Client(journal, context, key, rest[:split], number, pair)
                   for number, pair in enumerate(rest[split + 1:])]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        sys.stdin.read()
        stopped.set()
        for thread in threads:
            thread.join()


main()
