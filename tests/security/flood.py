#!/usr/bin/env python3
"""flood.py ADDRESS PORT SECONDS: connections from one address, as many as possible, each of which asks
for a sign-in and does not read the answer. Prints how many there were."""

import socket
import ssl
import sys
import threading
import time

ADDRESS, PORT, SECONDS = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
THREADS = 16
BODY = b'{"email":"nobody@people.example","password":"wrong-horse-42"}'
REQUEST = (
    b"POST /v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY)
) + BODY
count = [0] * THREADS


def attack(number, end):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    held = []
    while time.monotonic() < end:
        try:
            plain = socket.create_connection(("127.0.0.1", PORT), 5, (ADDRESS, 0))
            # Every other one does not even begin TLS.
            if count[number] % 2:
                held.append(plain)
            else:
                secure = context.wrap_socket(plain, server_hostname="localhost")
                secure.sendall(REQUEST)
                held.append(secure)
            count[number] += 1
        except OSError:
            pass
        if len(held) > 100:
            held.pop(0).close()


def main():
    end = time.monotonic() + SECONDS
    threads = [threading.Thread(target=attack, args=(n, end)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{sum(count)} connections from {ADDRESS} in {SECONDS:.0f} s")


main()
