"""Programs that are killed, stopped, restarted and reloaded."""

import os
import signal
import subprocess
import time

from nemesis import process
from nemesis.faults.fault import Fault, Missed, hit

POINTS = ("before-begin", "after-statement", "before-commit", "after-commit", "before-call", "after-call",
          "before-reply", "leader-taken", "leader-posted", "leader-answering", "leader-answered",
          "job-claimed", "job-run", "job-settled")
POINT_S = 8  # how long somebody may take to come to a point


def kill(find, times=1, pause=0.8):
    """A fault that kills what find(nemesis) returns."""
    def fault(nemesis):
        killed = 0
        for i in range(times):
            time.sleep(pause if i else 0)
            pids = find(nemesis)
            if nemesis.stack.pid("sandbox") in pids:
                nemesis.world.sandbox_ends.append(time.time())
            killed += sum(process.send(pid) and process.wait_gone(pid, 20) for pid in pids if pid)
        time.sleep(0.1)
        nemesis.stack.heal()
        return hit(killed, "killed")
    return fault


def stop(find, least=2, most=15):
    """A fault that stops what find(nemesis) returns for some seconds."""
    def fault(nemesis):
        seconds = nemesis.seconds(least, most)
        return hit(process.pause([p for p in find(nemesis) if p], seconds), f"stopped for {seconds} s")
    return fault


def at_point(name, action):
    """A fault at a named point of the programs."""
    def fault(nemesis):
        stack = nemesis.stack
        stack.order_fault(f"{name} {action}")
        deadline = time.monotonic() + POINT_S
        while stack.fault_pending() and time.monotonic() < deadline:
            time.sleep(0.01)
        if stack.fault_pending():
            stack.cancel_fault()
            raise Missed("nobody came to the point")
        if action == "stop":
            time.sleep(nemesis.seconds(2, 10))
            for program in ("worker-1", "worker-2", "jobs"):
                process.send(stack.pid(program), signal.SIGCONT)
        return action
    return fault


def one_worker(nemesis):
    """A random one."""
    return nemesis.some(nemesis.stack.workers())


def program(name):
    """A program by its name."""
    return lambda nemesis: [nemesis.stack.pid(name)]


def server_process(word):
    """A process of PostgreSQL by a word of its title."""
    return lambda nemesis: nemesis.stack.backends(word)[:1]


def half_the_backends(nemesis):
    """Random ones."""
    backends = nemesis.stack.backends()
    return nemesis.random.sample(backends, len(backends) // 2)


def all_of_postgres(nemesis):
    """The postmaster last."""
    return process.children(nemesis.stack.postmaster()) + [nemesis.stack.postmaster()]


def restart_postgres(mode):
    """By pg_ctl, under load."""
    return lambda nemesis: hit(nemesis.stack.pg_ctl("restart", "-m", mode), "restarted")


def term(find):
    """A fault that asks what find(nemesis) returns to end."""
    return lambda nemesis: hit(sum(process.send(p, signal.SIGTERM) for p in find(nemesis)), "asked to end")


def terms(nemesis):
    """SIGTERM for every worker, twice a second."""
    deadline, sent = time.monotonic() + nemesis.seconds(4, 10), 0
    while time.monotonic() < deadline:
        sent += sum(process.send(pid, signal.SIGTERM) for pid in nemesis.stack.workers())
        time.sleep(0.5)
    return hit(sent, "sent")


def rolling(nemesis):
    """One worker after the other, each as soon as the one before is back."""
    for name in ("worker-1", "worker-2"):
        pid = nemesis.stack.pid(name)
        process.send(pid, signal.SIGTERM)
        deadline = time.monotonic() + 28
        while time.monotonic() < deadline and nemesis.stack.pid(name) in (None, pid):
            time.sleep(0.1)
        time.sleep(0.5)
    return "restarted"


def reloads(nemesis):
    """nginx reads its configuration again, and the programs theirs."""
    for _ in range(4):
        process.send(nemesis.stack.nginx(), signal.SIGHUP)
        for pid in nemesis.stack.workers() + [nemesis.stack.pid("jobs")]:
            process.send(pid, signal.SIGHUP)
        time.sleep(1)
    return "4 reloads"


def second_runner(nemesis):
    """Another job runner beside the first; it is frozen, perhaps beyond the end of its leases."""
    stack = nemesis.stack
    with open(stack.home + "/env", encoding="utf-8") as file:
        environment = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    words = process.owner_words(stack.pid("jobs") or "self")
    with open(stack.folder + "/jobs-2.log", "ab") as log:
        runner = subprocess.Popen(words + [stack.home + "/usr/bin/cowry-jobs"], cwd=stack.home,
                                  env=dict(environment, PATH=os.environ["PATH"]), stdout=log, stderr=log)
    time.sleep(3)
    frozen = nemesis.random.choice([5, 10] if nemesis.short else [5, 10, 66])
    process.pause([runner.pid], frozen)
    time.sleep(2)
    runner.terminate()
    try:
        return f"frozen for {frozen} s, ended with {runner.wait(30)}"
    except subprocess.TimeoutExpired:
        runner.kill()
        runner.wait()
        return "did not end by SIGTERM"


FAULTS = {
    "kill a worker": Fault("F1", kill(one_worker)),
    "kill both workers": Fault("F1", kill(lambda n: n.stack.workers())),
    "kill workers six times": Fault("F1", kill(one_worker, 6)),
    "kill the job runner": Fault("F1", kill(program("jobs"))),
    "kill the sandbox": Fault("F7", kill(program("sandbox"))),
    "kill a worker of nginx": Fault("F1", kill(lambda n: n.some(n.stack.nginx_workers()))),
    "kill the master of nginx": Fault("F1", kill(lambda n: [n.stack.nginx()])),
    "kill a backend": Fault("F2", kill(lambda n: n.some(n.stack.backends()))),
    "kill the checkpointer": Fault("F2", kill(server_process("checkpointer"))),
    "kill the walwriter": Fault("F2", kill(server_process("walwriter"))),
    "kill the postmaster": Fault("F2", kill(lambda n: [n.stack.postmaster()])),
    "stop a worker": Fault("F1", stop(one_worker, 2, 20)),
    "stop both workers": Fault("F1", stop(lambda n: n.stack.workers(), 1, 12)),
    "stop the job runner": Fault("F1", stop(program("jobs"), 2, 20)),
    "stop the sandbox": Fault("F7", stop(program("sandbox"))),
    "stop a worker of nginx": Fault("F1", stop(lambda n: n.some(n.stack.nginx_workers()), 2, 10)),
    "stop a backend": Fault("F6", stop(lambda n: n.some(n.stack.backends()), 2, 20)),
    "stop half the backends": Fault("F6", stop(half_the_backends)),
    "stop the postmaster": Fault("F6", stop(lambda n: [n.stack.postmaster()])),
    "stop the walwriter": Fault("F6", stop(server_process("walwriter"))),
    "stop all of PostgreSQL": Fault("F6", stop(all_of_postgres)),
    "restart PostgreSQL at once": Fault("F2", restart_postgres("immediate")),
    "restart PostgreSQL": Fault("F2", restart_postgres("fast")),
    "SIGTERM storm": Fault("F14", terms),
    "rolling restart": Fault("F14", rolling),
    "SIGTERM for the job runner": Fault("F14", term(program("jobs"))),
    "SIGTERM for a worker of nginx": Fault("F14", term(lambda n: n.some(n.stack.nginx_workers()))),
    "reloads": Fault("F14", reloads),
    "two job runners": Fault("F1", second_runner),
    **{f"kill at {name}": Fault("F1", at_point(name, "kill"), "points") for name in POINTS},
    **{f"stop at {name}": Fault("F1", at_point(name, "stop"), "points") for name in POINTS},
    **{f"delay at {name}": Fault("F1", at_point(name, "delay 3000"), "points") for name in
       ("after-commit", "leader-taken", "job-run")},
}
