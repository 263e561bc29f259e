"""Faults on a seeded schedule, and how long the service is away after each."""

import collections
import os
import random
import threading
import time

from nemesis import process
from nemesis.client import Client
from nemesis.faults import FAULTS
from nemesis.faults.fault import Missed
from nemesis.history import UNKNOWN
from nemesis.stack import PROGRAMS

BACK_S = 5          # the service is back this long after a fault has ended
SLOW_S = 2          # a probe that takes longer counts as failed
PATIENCE = 3        # times as long in short runs, which also pass on slow machines with other work
WATCHED_S = 1.5     # probes that begin this long after the service must be back belong to the fault
QUIET = 8           # good probes in a row, after which a short run goes on
PROBE_EVERY_S = 0.2


class Nemesis:
    """Injects faults into a stack while the world's clients work."""

    def __init__(self, stack, world, history, seed, short=False):
        self.stack, self.world, self.history = stack, world, history
        self.random = random.Random(seed)
        self.seed, self.short = seed, short
        self.back_s, self.slow_s = (BACK_S * PATIENCE, SLOW_S * PATIENCE) if short else (BACK_S, SLOW_S)
        self.prober_client = Client(stack)
        self.probes = collections.deque(maxlen=5000)  # (begun, seconds, status)
        self.injected = []                            # {"fault", "note", "back", "last bad"}
        self.hits = collections.Counter()             # {fault: how often}
        self.missed = {}                              # {fault: why it hit nothing}
        self.failed = {}                              # {fault: why it could not be injected}

    # For the faults

    def seconds(self, least, most):
        """A random duration; short runs have short faults."""
        if self.short:
            least, most = least / 2, least / 2 + 1
        return round(self.random.uniform(least, most), 1)

    def some(self, items):
        """A random one, as a list; empty if there is none."""
        return [self.random.choice(items)] if items else []

    def judge(self, dialect, method, path, answer):
        """Checks of the answer to a request of a fault."""
        problem = self.world.contract.problem(dialect, method, path, answer)
        if problem:
            self.history.violate("contract", problem, path=path, answer=answer)

    # The schedule

    def possible(self):
        """The faults that this machine and build allow, and those that are left out: {name: why}."""
        has = {"": True, "root": self.stack.disks, "clock": self.stack.has_clock,
               "points": bool(self.stack.image)}
        left = {name: f"needs {fault.needs}" for name, fault in FAULTS.items() if not has[fault.needs]}
        return [name for name in FAULTS if name not in left], left

    def run(self, minutes, only=None):
        """Until the time is over: every fault once before any a second time, alone or in pairs."""
        names, _ = self.possible()
        order = [name for name in names if only is None or name in only]
        self.random.shuffle(order)
        if self.short and not only:
            order = one_of_each_kind(order)
        deadline, number = time.monotonic() + minutes * 60, 0
        while time.monotonic() < deadline and order:
            name = order[number % len(order)]
            number += 1
            # The first round is of single faults, so that each is known to pass alone.
            other = self.random.choice(names)
            paired = number > len(order) and self.random.random() < 0.5 and not (
                FAULTS[name].alone or FAULTS[other].alone)
            self.inject([name, other] if paired else [name])
            if (only or self.short) and number >= len(order):
                break

    def inject(self, names):
        """These faults together, then watch the service come back. One that fails or hits nothing does not
        count."""
        notes = {}

        def one(name):
            try:
                notes[name] = str(FAULTS[name].inject(self))
                self.hits[name] += 1
            except Missed as why:
                self.missed[name] = str(why)
                print(f"  missed: {name}: {why}", flush=True)
            except Exception as problem:  # pylint: disable=broad-except
                self.failed[name] = repr(problem)
                print(f"  not injected: {name}: {problem!r}", flush=True)
        threads = [threading.Thread(target=one, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.stack.heal()
        if notes:
            self.watch(" + ".join(notes), "; ".join(notes.values()))

    def watch(self, name, note):
        """The service must be back in time, and so must each program."""
        end = time.time()
        while time.time() < end + self.back_s + WATCHED_S + 0.5 and not (self.short and self.is_quiet(end)):
            time.sleep(0.1)
        back, last_bad = self.recovery(end)
        pressure = process.cpu_pressure()
        self.injected.append({"fault": name, "note": note, "back": back, "last bad": last_bad,
                              "pressure": pressure})
        self.history.write(fault=name, note=note, ended=end, back=back, last_bad=last_bad)
        shown = "not" if back is None else f"{back:.2f} s"
        print(f"  {time.strftime('%H:%M:%S')} {name}: {note[:90]}; back {shown}", flush=True)
        if back is None or last_bad > self.back_s:
            self.history.violate("recovery", f"no service {self.back_s} s after the fault", fault=name, note=note,
                                 back=back, last_bad=last_bad, cpu_pressure=pressure)
        for program in PROGRAMS:
            deadline = time.monotonic() + self.slow_s
            while self.stack.pid(program) is None and time.monotonic() < deadline:
                time.sleep(0.1)
            if self.stack.pid(program) is None:
                self.history.violate("recovery", f"{program} does not run", fault=name, note=note)

    def is_good(self, probe):
        """Whether a transfer was made, in time."""
        return probe[2] == 201 and probe[1] <= self.slow_s

    def is_quiet(self, end):
        """Whether the latest transfers that began after the end were all good."""
        mine = [p for p in list(self.probes) if p[0] >= end][-QUIET:]
        return len(mine) == QUIET and all(map(self.is_good, mine))

    def recovery(self, end):
        """(seconds until a probe that began after the end succeeded, when the last bad one began)"""
        mine = [p for p in list(self.probes) if end <= p[0] <= end + self.back_s + WATCHED_S]
        good = [begun + took - end for begun, took, status in mine if status == 201]
        bad = [p[0] - end for p in mine if not self.is_good(p)]
        return (min(good) if good else None), max(bad, default=0)

    # Probes and measurements

    def start(self):
        """Probe and measure in the background."""
        for loop in (self.probe_loop, self.measure_loop):
            threading.Thread(target=loop, daemon=True).start()

    def probe_loop(self):
        """Transfers to and fro, five a second, each on a connection of its own."""
        number = 0
        while not self.world.ending:
            number += 1
            threading.Thread(target=self.probe, args=(number,), daemon=True).start()
            time.sleep(PROBE_EVERY_S)

    def probe(self, number):
        """One; what is unknown is settled in the end with all else."""
        one, two = self.world.pocket.probed[::-1 if number % 2 else 1]
        operation = self.world.pocket.transfer_of(one, two, 1, kind="probe")
        self.history.add(operation)
        client, begun = Client(self.stack), time.time()
        said = self.world.attempt(operation, client)
        client.close()
        status = 0 if said == UNKNOWN else operation.answer.status
        self.probes.append((begun, time.time() - begun, status))

    def measure_loop(self):
        """Memory and descriptors of each program, every two seconds."""
        while not self.world.ending:
            for name in PROGRAMS:
                pid = self.stack.pid(name)
                try:
                    row = (process.memory_kib(pid), process.descriptors(pid))
                    self.world.sizes.setdefault((name, pid), []).append(row)
                except (OSError, AttributeError, TypeError):
                    pass
            time.sleep(2)


def one_of_each_kind(order):
    """The first of each, in that order."""
    seen, chosen = set(), []
    for name in order:
        kinds = set(FAULTS[name].kinds.split())
        if kinds - seen:
            chosen.append(name)
            seen |= kinds
    return chosen


def folder_of(stack):
    """Where a run writes."""
    return os.path.join(stack.folder, "out")
