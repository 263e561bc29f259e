#!/usr/bin/python3
"""A proxy between programs: proxy.py postgresql|fastcgi FOLDER SOCKET=SERVER...

It listens on each SOCKET, in the FOLDER, for connections to the SERVER, and reads its mode from
FOLDER/mode, fifty times a second:

pass             hand everything on
drop             end all connections, and refuse new ones
blackhole        keep connections, hand nothing on
delay MS         hold each message back
halve            hand on half of a message from the server, then end the connection
lose-answer P    end the connection instead of handing on an answer, with probability P
lose-commit P    end the connection instead of sending COMMIT, with probability P
cut K            end a connection once: the one of the K-th message from now, of all connections and
                 in either direction

Messages are those of PostgreSQL's protocol, or FastCGI's records, not what happens to be read at once. The
answer is that of COMMIT, or the record with which a worker begins its answer. FOLDER/counts says how often
each was done, and "mode" is the text that was read last.
"""

import asyncio
import json
import os
import random
import struct
import sys


class PostgreSQL:
    """What a connection of this protocol has said so far."""

    def __init__(self):
        self.begun = self.committing = False

    async def read(self, reader, to_server):
        """A whole message. The first one of a client has no type."""
        first = to_server and not self.begun
        self.begun = self.begun or to_server
        head = await reader.readexactly(4 if first else 5)
        length = struct.unpack("!i", head[-4:])[0]
        return head + await reader.readexactly(length - 4)

    def is_commit(self, data):
        """A message that begins the execution of COMMIT: simple, or by its prepared name."""
        found = data[:1] in b"QPB" and (b"COMMIT\0" in data or b"transaction_commit\0" in data)
        self.committing = self.committing or found
        return found

    def is_answer(self, data):
        """That COMMIT was executed."""
        found = self.committing and data[:7] == b"C\0\0\0\x0bCO"
        self.committing = self.committing and not found
        return found


class FastCGI:
    """Records: a head of eight bytes, content, padding."""

    BEGIN, STDOUT = 1, 6

    def __init__(self):
        self.answering = False

    async def read(self, reader, to_server):  # pylint: disable=unused-argument
        """A whole record."""
        head = await reader.readexactly(8)
        _, _, _, length, padding, _ = struct.unpack("!BBHHBB", head)
        return head + await reader.readexactly(length + padding)

    def is_commit(self, data):
        """There is none; a connection may have many requests."""
        if data[1] == self.BEGIN:
            self.answering = False
        return False

    def is_answer(self, data):
        """The first record of one."""
        found = data[1] == self.STDOUT and not self.answering
        self.answering = self.answering or found
        return found


PROTOCOLS = {"postgresql": PostgreSQL, "fastcgi": FastCGI}


class Proxy:
    """The mode, the open connections and the counts."""

    def __init__(self, protocol, folder):
        self.protocol, self.folder = PROTOCOLS[protocol], folder
        self.text, self.mode = "", ["pass"]
        self.messages = 0  # since the mode was set
        self.pairs = set()
        self.counts = {name: 0 for name in ("drop", "blackhole", "delay", "halve", "lose-answer", "lose-commit",
                                            "cut")}

    async def watch(self):
        """Follow the file with the mode, and write the counts."""
        seen, written = None, None
        while True:
            found = os.stat(self.folder + "/mode")
            if seen != (found.st_ino, found.st_mtime_ns):
                seen = found.st_ino, found.st_mtime_ns
                self.set_mode()
            if written != (self.text, self.counts):
                written = self.text, dict(self.counts)
                write_whole(self.folder + "/counts", json.dumps(dict(self.counts, mode=self.text)))
            await asyncio.sleep(0.02)

    def set_mode(self):
        """As the file says."""
        with open(self.folder + "/mode", encoding="utf-8") as file:
            self.text = file.read()
        self.mode = self.text.split() or ["pass"]
        self.messages = 0
        if self.mode[0] == "drop":
            self.drop_all()

    def drop_all(self):
        """End every connection."""
        for pair in list(self.pairs):
            self.counts["drop"] += 1
            for writer in pair:
                writer.transport.abort()

    def server(self, path):
        """A function that serves new connections to the server at a path."""
        async def serve(reader, writer):
            if self.mode[0] == "drop":
                self.counts["drop"] += 1
                writer.transport.abort()
                return
            try:
                back_reader, back_writer = await asyncio.open_unix_connection(path)
            except OSError:
                writer.transport.abort()
                return
            pair = (writer, back_writer)
            self.pairs.add(pair)
            session = Session(self, pair)
            await asyncio.gather(session.pump(reader, back_writer, True),
                                 session.pump(back_reader, writer, False))
            self.pairs.discard(pair)
        return serve


class Session:
    """Both directions of a connection."""

    def __init__(self, proxy, pair):
        self.proxy, self.pair = proxy, pair
        self.said = proxy.protocol()

    async def pump(self, reader, writer, to_server):
        """Hand messages on until either end closes, or a mode says otherwise."""
        try:
            while True:
                data = await self.said.read(reader, to_server)
                if not await self.may_pass(data, to_server):
                    self.half(data, writer, to_server)
                    break
                writer.write(data)
                await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        for end in self.pair:
            if end is writer and not end.transport.is_closing():
                end.close()
            else:
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
        chosen = self.said.is_commit(data) and name == "lose-commit" if to_server else \
            self.said.is_answer(data) and name == "lose-answer"
        if chosen and random.random() < float(argument):
            return self.cut(name)
        if name in ("blackhole", "delay"):
            proxy.counts[name] += 1
            await self.hold(name, argument)
        elif name == "halve" and not to_server:
            return self.cut(name)
        elif name == "cut" and proxy.messages == int(argument):
            proxy.mode = ["pass"]
            return self.cut(name)
        return True

    async def hold(self, name, argument):
        """Hold a message back."""
        if name == "delay":
            await asyncio.sleep(float(argument) / 1000)
        while name == self.proxy.mode[0] == "blackhole":
            await asyncio.sleep(0.05)

    def cut(self, name):
        """Count it."""
        self.proxy.counts[name] += 1
        return False


def write_whole(path, text):
    """A reader sees the old or the new one."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


async def main():
    """Until it is terminated."""
    proxy, servers = Proxy(sys.argv[1], sys.argv[2]), []
    for pair in sys.argv[3:]:
        path, server = pair.split("=")
        servers.append(await asyncio.start_unix_server(proxy.server(server), path, backlog=512))
        os.chmod(path, 0o777)
    await proxy.watch()


if __name__ == "__main__":
    asyncio.run(main())
