"""Disks that are full, clocks that jump, memory and descriptors that run out."""

import os
import subprocess
import threading
import time

from nemesis import process
from nemesis.faults import outside
from nemesis.stack import StackError
from nemesis.faults.fault import Fault, Missed, hit


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
        deadline = time.monotonic() + 20
        while stack.postmaster() and time.monotonic() < deadline:
            try:
                stack.sql("SELECT pg_logical_emit_message(false, 'nemesis', repeat('x', 200000)) "
                          "FROM generate_series(1, 60)", 10, stack.superuser)
            except (StackError, subprocess.TimeoutExpired):
                pass
        return not stack.postmaster()
    ended = fill(stack.folder + "/wal", work)
    time.sleep(1)
    stack.heal()
    return hit(ended, "ended for lack of space")


def temp_full(nemesis):
    """nginx can't keep a large body on disk; the webhook that it belongs to comes again later."""
    statuses = []

    def work():
        deadline = time.monotonic() + nemesis.seconds(4, 10)
        while time.monotonic() < deadline:
            for deposit in outside.open_deposits(nemesis)[-3:]:
                statuses.append(outside.send_webhook(nemesis, *deposit, padding=300000))
            time.sleep(0.3)
    fill(nemesis.stack.home + "/nginx/temp", work)
    return hit(sum(status >= 500 for status in statuses), f"of {len(statuses)} large bodies refused")


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
            raise Missed("does not run")
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


WORKERS, RUNNER, SERVER = ("worker-1", "worker-2"), ("jobs",), ("postgresql",)
FAULTS = {
    "data disk full": Fault("F4", data_full, "root"),
    "WAL disk full": Fault("F4", wal_full, "root"),
    "nginx's temporary files full": Fault("F4", temp_full, "root"),
    "PostgreSQL's clock an hour ahead": Fault("F5", clock(SERVER, 3600), "clock"),
    "PostgreSQL's clock an hour back": Fault("F5", clock(SERVER, -3600), "clock"),
    "PostgreSQL's clock two minutes back": Fault("F5", clock(SERVER, -120), "clock"),
    "all clocks an hour back": Fault("F5", clock(WORKERS + RUNNER + SERVER, -3600), "clock"),
    "workers' clock an hour ahead": Fault("F5", clock(WORKERS, 3600), "clock"),
    "workers' clock an hour back": Fault("F5", clock(WORKERS, -3600), "clock"),
    "one worker's clock two days ahead": Fault("F5", clock(WORKERS[:1], 172800), "clock"),
    "job runner's clock a day ahead": Fault("F5", clock(RUNNER, 86400), "clock"),
    "job runner's clock an hour back": Fault("F5", clock(RUNNER, -3600), "clock"),
    "no memory for a worker": Fault("F20", no_memory(one_worker)),
    "no memory for the job runner": Fault("F20", no_memory(runner)),
    "no descriptors for a worker": Fault("F19", no_descriptors(one_worker)),
    "no descriptors for workers": Fault("F19", no_descriptors(lambda n: n.stack.workers())),
    "no descriptors for the job runner": Fault("F19", no_descriptors(runner)),
    "no descriptors for nginx": Fault("F19", no_descriptors(lambda n: n.some(n.stack.nginx_workers()))),
}
