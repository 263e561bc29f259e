#!/usr/bin/python3
"""A proxy between Cowry's programs and PostgreSQL: pgproxy.py SOCKET FOLDER.

It listens in FOLDER and reads its mode from FOLDER/mode, fifty times a second:

pass             hand everything on
drop             end all connections, and refuse new ones
blackhole        keep connections, hand nothing on
delay MS         hold each message back
halve            hand on half of a message from PostgreSQL, then end the connection
lose-answer P    end the connection instead of handing on the answer of COMMIT, with probability P
lose-commit P    end the connection instead of sending COMMIT, with probability P
cut K            end a connection once: the one of the K-th message from now, of all connections and
                 in either direction

Messages are those of PostgreSQL's protocol, not what happens to be read at once. FOLDER/counts says how
often each was done, and "mode" is the text that was read last.
"""

import asyncio
import json
import os
import random
import struct
import sys


class Proxy:
    """The mode, the open connections and the counts."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.mode = ["pass"]
        self.messages = 0  # since the mode was set
        self.pairs = set()
        self.counts = {"drop": 0, "halve": 0, "lose-answer": 0, "lose-commit": 0, "cut": 0}

    async def watch(self):
        """Follow the file with the mode, and write the counts."""
        text = ""
        while True:
            with open(self.folder + "/mode", encoding="utf-8") as file:
                new = file.read()
            if new != text:
                text, self.mode = new, new.split() or ["pass"]
                self.messages = 0
                if self.mode[0] == "drop":
                    self.drop_all()
            write_whole(self.folder + "/counts", json.dumps(dict(self.counts, mode=text)))
            await asyncio.sleep(0.02)

    def drop_all(self):
        """End every connection."""
        for pair in list(self.pairs):
            self.counts["drop"] += 1
            for writer in pair:
                writer.transport.abort()

    async def serve(self, reader, writer):
        """A new connection of a program."""
        if self.mode[0] == "drop":
            writer.transport.abort()
            return
        try:
            back_reader, back_writer = await asyncio.open_unix_connection(self.server)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, back_writer)
        self.pairs.add(pair)
        session = Session(self, pair)
        await asyncio.gather(session.pump(reader, back_writer, True),
                             session.pump(back_reader, writer, False))
        self.pairs.discard(pair)


class Session:
    """Both directions of a connection."""

    def __init__(self, proxy, pair):
        self.proxy, self.pair = proxy, pair
        self.committing = False

    async def pump(self, reader, writer, to_server):
        """Hand messages on until either end closes, or a mode says otherwise."""
        first = to_server
        try:
            while True:
                data = await read_message(reader, first)
                first = False
                if not await self.may_pass(data, to_server):
                    self.half(data, writer, to_server)
                    break
                writer.write(data)
                await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        for end in self.pair:
            end.transport.abort()

    def half(self, data, writer, to_server):
        """What is left of a message in mode halve."""
        if self.proxy.mode[0] == "halve" and not to_server:
            writer.write(data[:len(data) // 2])

    async def may_pass(self, data, to_server):
        """Whether the message is handed on; False ends the connection."""
        proxy = self.proxy
        name, argument = proxy.mode[0], proxy.mode[-1]
        proxy.messages += 1
        if to_server and is_commit(data):
            self.committing = True
            if name == "lose-commit" and random.random() < float(argument):
                return self.cut(name)
        if name == "blackhole":
            while proxy.mode[0] == "blackhole":
                await asyncio.sleep(0.05)
        elif name == "delay":
            await asyncio.sleep(float(argument) / 1000)
        elif name == "halve" and not to_server:
            return self.cut(name)
        elif name == "cut" and proxy.messages == int(argument):
            proxy.mode = ["pass"]
            return self.cut(name)
        if not to_server and data[:7] == b"C\0\0\0\x0bCO" and self.committing:
            self.committing = False
            if name == "lose-answer" and random.random() < float(argument):
                return self.cut(name)
        return True

    def cut(self, name):
        """Count it."""
        self.proxy.counts[name] += 1
        return False


def is_commit(data):
    """A message that begins the execution of COMMIT: simple, or by its prepared name."""
    return data[:1] in b"QPB" and (b"COMMIT\0" in data or b"transaction_commit\0" in data)


async def read_message(reader, first):
    """A whole message. The first one of a client has no type."""
    head = await reader.readexactly(4 if first else 5)
    length = struct.unpack("!i", head[-4:])[0]
    return head + await reader.readexactly(length - 4)


def write_whole(path, text):
    """A reader sees the old or the new one."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


async def main():
    """Until it is terminated."""
    proxy = Proxy(sys.argv[1], sys.argv[2])
    path = sys.argv[2] + "/.s.PGSQL.5432"
    server = await asyncio.start_unix_server(proxy.serve, path, backlog=512)
    os.chmod(path, 0o777)
    watcher = asyncio.create_task(proxy.watch())
    async with server:
        await watcher


if __name__ == "__main__":
    asyncio.run(main())
