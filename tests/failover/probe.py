#!/usr/bin/env python3
"""probe.py CONNINFO NAME=ADDRESS...

Asks each server, ten times a second, to commit a write, each in a process of its own, and prints a
line when it begins or ceases to do so:

    TIME NAME yes|no
"""
import multiprocessing
import sys
import time

import psycopg2

PAUSE_S = 0.1


def say(name, writes):
    sys.stdout.write(f"{time.time():.3f} {name} {'yes' if writes else 'no'}\n")
    sys.stdout.flush()


def write_once(session, name):
    with session.cursor() as cursor:
        cursor.execute("UPDATE probe SET n = n + 1 WHERE node = %s", (name,))


def watch(conninfo, name, address):
    session = None
    known = None
    while True:
        try:
            if session is None:
                session = psycopg2.connect(f"{conninfo} host={name} hostaddr={address}"
                                           " connect_timeout=2 tcp_user_timeout=1000"
                                           " target_session_attrs=read-write")
                session.autocommit = True
            write_once(session, name)
            writes = True
        except psycopg2.Error:
            session = None
            writes = False
        if writes != known:
            say(name, writes)
            known = writes
        time.sleep(PAUSE_S)


def main():
    conninfo, *servers = sys.argv[1:]
    for server in servers:
        name, address = server.split("=")
        multiprocessing.Process(target=watch, args=(conninfo, name, address)).start()


main()
