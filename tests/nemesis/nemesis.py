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
WATCHED_S = 6.5     # probes that begin this long after the end belong to the fault
SLOW_S = 2          # a probe that takes longer counts as failed
PROBE_EVERY_S = 0.2


class Nemesis:
    """Injects faults into a stack while the world's clients work."""

    def __init__(self, stack, world, history, seed, short=False):
        self.stack, self.world, self.history = stack, world, history
        self.random = random.Random(seed)
        self.seed, self.short = seed, short
        self.prober_client = Client(stack)
        self.probes = collections.deque(maxlen=5000)  # (begun, seconds, status)
        self.injected = []                            # {"fault", "note", "back", "last bad"}
        self.hits = collections.Counter()             # {fault: how often}
        self.missed = {}                              # {fault: why it hit nothing}
        self.failed = {}                              # {fault: why it could not be injected}

    # For the faults

    def seconds(self, least, most):
        """A random duration; short runs have short faults."""
        return round(self.random.uniform(least, min(most, least + 2) if self.short else most), 1)

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
        deadline, number = time.monotonic() + minutes * 60, 0
        while time.monotonic() < deadline and order:
            name = order[number % len(order)]
            number += 1
            # The first round is of single faults, so that each is known to pass alone.
            other = self.random.choice(names)
            paired = number > len(order) and self.random.random() < 0.5 and not (
                FAULTS[name].alone or FAULTS[other].alone)
            self.inject([name, other] if paired else [name])
            if only and number >= len(order):
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
        time.sleep(WATCHED_S + 0.5)
        back, last_bad = self.recovery(end)
        self.injected.append({"fault": name, "note": note, "back": back, "last bad": last_bad})
        self.history.write(fault=name, note=note, ended=end, back=back, last_bad=last_bad)
        shown = "not" if back is None else f"{back:.2f} s"
        print(f"  {time.strftime('%H:%M:%S')} {name}: {note[:90]}; back {shown}", flush=True)
        if back is None or last_bad > BACK_S:
            self.history.violate("recovery", f"no service {BACK_S} s after the fault", fault=name, note=note,
                                 back=back, last_bad=last_bad)
        for program in PROGRAMS:
            if self.stack.pid(program) is None:
                time.sleep(2)
            if self.stack.pid(program) is None:
                self.history.violate("recovery", f"{program} does not run", fault=name, note=note)

    def recovery(self, end):
        """(seconds until a probe that began after the end succeeded, when the last bad one began)"""
        mine = [p for p in list(self.probes) if end <= p[0] <= end + WATCHED_S]
        good = [begun + took - end for begun, took, status in mine if status == 201]
        bad = [begun - end for begun, took, status in mine if status != 201 or took > SLOW_S]
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


def folder_of(stack):
    """Where a run writes."""
    return os.path.join(stack.folder, "out")
