"""Disks that are full, clocks that jump, memory and descriptors that run out (F4, F5, F19, F20)."""

import os
import subprocess
import threading
import time

from nemesis import process
from nemesis.stack import StackError


def fill(folder, work):
    """Fill the file system of a folder while work() runs."""
    path = folder + "/nemesis.filler"
    filler = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        while True:
            os.write(filler, b"\0" * 65536)
    except OSError:
        pass
    try:
        return work()
    finally:
        os.close(filler)
        os.unlink(path)


def data_full(nemesis):
    """No table can grow."""
    seconds = nemesis.seconds(4, 10)
    return fill(nemesis.stack.home + "/postgresql", lambda: time.sleep(seconds) or f"full for {seconds} s")


def wal_full(nemesis):
    """PostgreSQL ends itself, and is started when there is room again."""
    stack = nemesis.stack

    def work():
        deadline = time.monotonic() + 8
        while stack.postmaster() and time.monotonic() < deadline:
            try:
                stack.sql("SELECT pg_logical_emit_message(false, 'nemesis', repeat('x', 200000)) "
                          "FROM generate_series(1, 60)", 10, stack.superuser)
            except (StackError, subprocess.TimeoutExpired):
                pass
        return "PostgreSQL lived" if stack.postmaster() else "PostgreSQL ended"
    note = fill(stack.folder + "/wal", work)
    time.sleep(1)
    stack.heal()
    return note


def clock(programs, seconds):
    """The time of day of some programs jumps, and back after a while."""
    def fault(nemesis):
        for name in programs:
            nemesis.stack.set_clock(name, seconds)
        time.sleep(nemesis.seconds(4, 12))
        for name in programs:
            nemesis.stack.set_clock(name, 0)
        return f"{seconds:+d} s"
    return fault


def no_memory(find):
    """The data segment can't grow."""
    def fault(nemesis):
        pids = find(nemesis)
        if not pids:
            return "does not run"
        return process.limit(pids[0], "data", process.memory_kib(pids[0], "VmData") * 1024, nemesis.seconds(3, 8))
    return fault


def no_descriptors(find):
    """No file or connection can be opened."""
    def fault(nemesis):
        notes = []
        seconds = nemesis.seconds(3, 12)

        def lower(pid):
            notes.append(process.limit(pid, "nofile", max(8, process.descriptors(pid) - 1), seconds))
        threads = [threading.Thread(target=lower, args=(pid,)) for pid in find(nemesis)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return "; ".join(notes)
    return fault


def one_worker(nemesis):
    """A random one."""
    return nemesis.some(nemesis.stack.workers())


def runner(nemesis):
    """The job runner."""
    return [pid for pid in [nemesis.stack.pid("jobs")] if pid]


WORKERS = ("worker-1", "worker-2")
FAULTS = {
    "data disk full": ("root", data_full),
    "WAL disk full": ("root", wal_full),
    "workers' clock an hour ahead": ("clock", clock(WORKERS, 3600)),
    "workers' clock an hour back": ("clock", clock(WORKERS, -3600)),
    "one worker's clock two days ahead": ("clock", clock(WORKERS[:1], 172800)),
    "job runner's clock a day ahead": ("clock", clock(("jobs",), 86400)),
    "job runner's clock an hour back": ("clock", clock(("jobs",), -3600)),
    "no memory for a worker": ("", no_memory(one_worker)),
    "no memory for the job runner": ("", no_memory(runner)),
    "no descriptors for a worker": ("", no_descriptors(one_worker)),
    "no descriptors for workers": ("", no_descriptors(lambda n: n.stack.workers())),
    "no descriptors for the job runner": ("", no_descriptors(runner)),
    "no descriptors for nginx": ("", no_descriptors(lambda n: n.some(n.stack.nginx_workers()))),
}
