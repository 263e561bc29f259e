"""Processes of the copy under test: found, signalled, limited and measured through /proc."""

import ctypes
import os
import re
import signal
import socket
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)
PIDFD_OPEN, PIDFD_GETFD = 434, 438  # system calls, the same number on every architecture


def state(pid):
    """(state letter, parent), or (None, None) if there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return fields[0], int(fields[1])
    except (OSError, IndexError):
        return None, None


def alive(pid):
    """A zombie counts as dead."""
    return bool(pid) and state(pid)[0] not in (None, "Z")


def children(pid):
    """The processes whose parent it is."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and state(name)[1] == pid]


def title(pid):
    """The command line as PostgreSQL and nginx set it."""
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
            return file.read().replace("\0", " ")
    except OSError:
        return ""


def send(pid, sig=signal.SIGKILL):
    """Whether the signal was sent."""
    if not alive(pid):
        return False
    try:
        os.kill(pid, sig)
        return True
    except ProcessLookupError:
        return False


def wait_gone(pid, seconds):
    """Whether it has ended in that time."""
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def pause(pids, seconds):
    """Stop them for that time. Returns how many."""
    stopped = [pid for pid in pids if send(pid, signal.SIGSTOP)]
    time.sleep(seconds)
    for pid in stopped:
        send(pid, signal.SIGCONT)
    return len(stopped)


def descriptors(pid):
    """How many files it has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def memory_kib(pid, what="VmRSS"):
    """A line of /proc/PID/status, in KiB."""
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        return int(re.search(what + r":\s+(\d+)", file.read()).group(1))


def cpu_pressure():
    """The share of the last ten seconds in which something waited for a processor, in percent; None if the
    kernel does not tell."""
    try:
        with open("/proc/pressure/cpu", encoding="ascii") as file:
            return float(re.search(r"avg10=([\d.]+)", file.read()).group(1))
    except (OSError, AttributeError):
        return None


def owner_words(pid):
    """The words that run a command as the owner of the process, who may change its limits."""
    info = os.stat(f"/proc/{pid}")
    if os.geteuid() != 0 or info.st_uid == 0:
        return []
    return ["setpriv", f"--reuid={info.st_uid}", f"--regid={info.st_gid}", "--clear-groups", "--"]


def limit(pid, resource, value, seconds):
    """Lower a soft limit (prlimit's name) for that time. Returns what happened."""
    words = owner_words(pid) + ["prlimit", "--pid", str(pid)]
    shown = subprocess.run(words + ["--noheadings", "-o", "SOFT", "--" + resource],
                           capture_output=True, text=True, check=False).stdout.split()
    done = subprocess.run(words + [f"--{resource}={value}:"], check=False).returncode == 0
    time.sleep(seconds)
    lived = alive(pid)
    if lived:
        old = shown[0] if shown else "unlimited"
        subprocess.run(words + [f"--{resource}={old}:"], check=False)
    return f"{resource}={value} {'set' if done else 'not set'}, {'lived' if lived else 'ended'}"


def sockets(pid, meant):
    """Copies of its connected unix sockets for which meant(own name, peer's name) is true."""
    pidfd = LIBC.syscall(PIDFD_OPEN, pid, 0)
    if pidfd < 0:
        return []
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        copied = LIBC.syscall(PIDFD_GETFD, pidfd, int(name), 0) if is_socket(pid, name) else -1
        if copied >= 0:
            connection = socket.socket(fileno=copied)
            if is_connected(connection, meant):
                found.append(connection)
            else:
                connection.close()
    os.close(pidfd)
    return found


def is_socket(pid, name):
    """Whether this descriptor of the process is a socket."""
    try:
        return os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
    except OSError:
        return False


def is_connected(connection, meant):
    """Whether it is a connected unix socket of the kind that is meant."""
    try:
        if connection.family != socket.AF_UNIX:
            return False
        if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return False
        return meant(str(connection.getsockname()), str(connection.getpeername()))
    except OSError:
        return False
