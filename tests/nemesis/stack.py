"""A copy of everything for the nemesis: ./dev up in a folder of its own, with a proxy before
PostgreSQL, a clock that can be set for each program, and small disks where root can mount them."""

import contextlib
import glob
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from nemesis import disks, process

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
DEV = os.path.join(CHECKOUT, "dev")
WORKERS = ("worker-1", "worker-2")
PROGRAMS = WORKERS + ("jobs", "sandbox")
START_S = 90  # for a part of the copy, on a slow machine
CLOCKS = PROGRAMS + ("postgresql",)

# No limits for the one client that the load is, and look-ups that a run can wait for.
SETTINGS = {
    "COWRY_WORKERS": "2",
    "COWRY_SIGN_IN_PER_MINUTE": "0",
    "COWRY_USER_LIMITS": "false",
    "COWRY_ACCESS_TOKEN_SECONDS": "86400",
    "COWRY_DEPOSIT_LOOKUP_SECONDS": "15",
    "COWRY_WITHDRAWAL_LOOKUP_SECONDS": "10",
    "COWRY_PURCHASE_LOOKUP_SECONDS": "10",
}


class StackError(Exception):
    """The copy did not start, or did not do what it was told."""


def free_port():
    """One that nobody listens on, below those that the system hands out by itself."""
    while True:
        port = 20000 + int.from_bytes(os.urandom(2), "big") % 10000
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Stack:
    """Folders and processes of the copy."""

    def __init__(self, image=None):
        self.folder = tempfile.mkdtemp(prefix="cowry-nemesis.", dir="/var/tmp")
        os.chmod(self.folder, 0o755)
        self.home = self.folder + "/s"
        self.run = self.home + "/run"
        self.image = image
        self.mounts = []
        self.disks = os.geteuid() == 0
        self.proxies = {}
        self.has_clock = False
        self.postgres_lock = threading.RLock()  # who starts or ends PostgreSQL
        self.nginx_lock = threading.Lock()
        self.behind_proxy = 0                   # faults that want nginx to use the proxy
        self.environment = dict(os.environ, COWRY_HOME=self.home, **SETTINGS)
        for name in ("COWRY_HTTPS_PORT", "COWRY_HTTP_PORT"):
            self.environment[name] = str(free_port())
        self.environment.pop("COWRY_METRICS_PORT", None)

    # Start and end

    def dev(self, *words, timeout=600):
        """Run ./dev for the copy; returns what it printed."""
        done = subprocess.run([DEV, *words], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode != 0:
            raise StackError(f"dev {words[0]}: {done.stdout[-3000:]}{done.stderr[-1000:]}")
        return done.stdout

    def start(self):
        """All of it; then the parts that a test puts between."""
        self.dev("up")
        with open(self.home + "/credentials.json", encoding="utf-8") as file:
            self.credentials = json.load(file)
        self.url = urllib.parse.urlsplit(self.credentials["base_url"])
        self.owner = self.credentials["database_owner_url"]
        self.superuser = self.owner.replace("user=cowry_owner", "user=postgres")
        if self.image:
            subprocess.run(["make", "-s", "-C", self.image, "install",
                            f"prefix={self.home}/usr", "INSTALL=/usr/bin/install -C"],
                           check=True, stdout=subprocess.DEVNULL)
        self.make_clocks()
        self.pg_ctl("stop", "-m", "fast")
        if self.disks:
            disks.move(self)
        self.allow_backups()
        self.start_postgres()
        self.start_proxies()
        self.rewrite_environment()
        self.restart_programs()
        self.wait_serving()

    def stop(self, keep=False):
        """End everything and remove the folder, unless it is kept."""
        for proxy in self.proxies.values():
            proxy.terminate()
            proxy.wait()
        try:
            self.dev("down")
        finally:
            for path in reversed(self.mounts):
                subprocess.run(["umount", "-l", path], check=False)
            if not keep:
                shutil.rmtree(self.folder, ignore_errors=True)

    def rewrite_environment(self):
        """The supervisors read it again at each start of a program."""
        path = self.home + "/env"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        text = text.replace("host=" + self.run + "/postgresql", "host=" + self.folder + "/postgresql")
        text += f"FAULT_POINT_FILE={self.folder}/point/order\n"
        text += "".join(f"{name}={value}\n" for name, value in self.clock_environment().items())
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def restart_programs(self):
        """Once, so that they have the new environment."""
        for name in PROGRAMS:
            pid = self.pid(name)
            process.send(pid, 15)
            process.wait_gone(pid, 30)
        deadline = time.monotonic() + START_S
        while not all(self.pid(name) for name in PROGRAMS):
            if time.monotonic() > deadline:
                raise StackError("programs did not come back: " + self.log_end())
            time.sleep(0.1)

    def log_end(self):
        """The last lines of the programs' logs."""
        lines = []
        for name in PROGRAMS:
            with open(f"{self.home}/log/{name}.log", encoding="utf-8", errors="replace") as file:
                lines += [f"{name}: {line}" for line in file.readlines()[-3:]]
        return "".join(lines)

    def wait_serving(self):
        """Until a request through nginx and the database is answered."""
        deadline = time.monotonic() + START_S
        command = ["curl", "-sSf", "--max-time", "3", "--cacert", self.credentials["ca_file"],
                   self.credentials["base_url"] + "/api/health"]
        while subprocess.run(command, capture_output=True, check=False).returncode != 0:
            if time.monotonic() > deadline:
                raise StackError("no answer: " + self.log_end())
            time.sleep(0.2)

    # Parts between

    def start_proxies(self):
        """The programs connect to one instead of PostgreSQL; nginx to the other while a fault wants it."""
        os.makedirs(self.folder + "/point", exist_ok=True)
        os.chmod(self.folder + "/point", 0o777)
        self.start_proxy("postgresql", {".s.PGSQL.5432": self.run + "/postgresql/.s.PGSQL.5432"})
        self.start_proxy("fastcgi", {f"{i + 1}.sock": f"{self.run}/workers/{i + 1}.sock"
                                     for i in range(len(WORKERS))})

    def start_proxy(self, name, sockets):
        """See proxy.py."""
        folder = f"{self.folder}/{name}"
        os.makedirs(folder)
        self.set_proxy("pass", name)
        self.proxies[name] = subprocess.Popen(
            [sys.executable, "-B", HERE + "/proxy.py", name, folder] +
            [f"{folder}/{own}={server}" for own, server in sockets.items()], stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_S
        while not os.path.exists(folder + "/counts"):
            if time.monotonic() > deadline:
                raise StackError("the proxy did not start")
            time.sleep(0.05)

    def set_proxy(self, mode, name="postgresql"):
        """See proxy.py for the modes. Returns when the proxy has read it."""
        replace(f"{self.folder}/{name}/mode", mode)
        deadline = time.monotonic() + 5
        while name in self.proxies and self.proxy_counts(name)["mode"] != mode and time.monotonic() < deadline:
            time.sleep(0.01)

    def proxy_counts(self, name="postgresql"):
        """What the proxy has done so far: a number for each kind."""
        with open(f"{self.folder}/{name}/counts", encoding="utf-8") as file:
            return json.load(file)

    @contextlib.contextmanager
    def nginx_through_proxy(self):
        """Meanwhile nginx connects to the proxy instead of the workers."""
        with self.nginx_lock:
            self.behind_proxy += 1
            if self.behind_proxy == 1:
                self.point_nginx(self.run + "/workers/", self.folder + "/fastcgi/")
        try:
            yield
        finally:
            with self.nginx_lock:
                self.behind_proxy -= 1
                if self.behind_proxy == 0:
                    self.point_nginx(self.folder + "/fastcgi/", self.run + "/workers/")

    def point_nginx(self, old, new):
        """Replace the sockets' folder in its configuration, and wait until it is in use."""
        path, before = self.home + "/nginx/conf/cowry.conf", set(self.nginx_workers())
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for i in range(len(WORKERS)):
            text = text.replace(f"unix:{old}{i + 1}.sock", f"unix:{new}{i + 1}.sock")
        replace(path, text)
        process.send(self.nginx(), 1)
        deadline = time.monotonic() + 5
        while not set(self.nginx_workers()) - before and time.monotonic() < deadline:
            time.sleep(0.05)

    def make_clocks(self):
        """A library that shifts the wall clock by a number of seconds in a file, for each program."""
        folder = self.folder + "/clock"
        os.makedirs(folder)
        for name in CLOCKS:
            with open(folder + "/" + name, "wb") as file:
                file.write(struct.pack("<q", 0))
        compiler = os.environ.get("CC", "cc").split()
        done = subprocess.run(compiler + ["-O2", "-D_GNU_SOURCE", "-fPIC", "-shared", "-o", folder + "/skew.so",
                                          HERE + "/skew.c", "-ldl"],
                              capture_output=True, text=True, check=False)
        self.has_clock = done.returncode == 0

    def clock_environment(self):
        """The variables by which a program gets its clock."""
        if not self.has_clock:
            return {}
        return {"LD_PRELOAD": self.folder + "/clock/skew.so", "SKEW_FOLDER": self.folder + "/clock"}

    def set_clock(self, name, seconds):
        """Shift what this program takes for the time of day."""
        with open(f"{self.folder}/clock/{name}", "r+b") as file:
            file.write(struct.pack("<q", seconds))

    def order_fault(self, text):
        """What the next process at the named point does; see src/base/fault_point.h."""
        replace(self.folder + "/point/order", text, 0o644)

    def fault_pending(self):
        """Whether no process has come to the point yet."""
        return os.path.exists(self.folder + "/point/order")

    def cancel_fault(self):
        """No process does anything at the point any more."""
        try:
            os.unlink(self.folder + "/point/order")
        except FileNotFoundError:
            pass

    # Processes

    def pid(self, name):
        """Of worker-1, worker-2, jobs or sandbox; None if it does not run."""
        try:
            with open(f"{self.run}/{name}.child.pid", encoding="ascii") as file:
                pid = int(file.read().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if process.alive(pid) else None

    def workers(self):
        """The pids of those that run."""
        return [pid for pid in map(self.pid, WORKERS) if pid]

    def nginx(self):
        """The pid of the master."""
        try:
            with open(self.home + "/nginx/nginx.pid", encoding="ascii") as file:
                pid = int(file.read())
            return pid if os.readlink(f"/proc/{pid}/cwd") == self.home + "/nginx" else None
        except (OSError, ValueError):
            return None

    def nginx_workers(self):
        """Its children."""
        master = self.nginx()
        return process.children(master) if master else []

    def postmaster(self):
        """The pid of PostgreSQL's first process."""
        try:
            with open(self.home + "/postgresql/postmaster.pid", encoding="utf-8") as file:
                pid = int(file.readline())
        except (OSError, ValueError):
            return None
        return pid if process.alive(pid) else None

    def backends(self, word="cowry_worker"):
        """PostgreSQL's processes with this word in their title."""
        master = self.postmaster()
        return [p for p in process.children(master) if word in process.title(p)] if master else []

    def postgres_user(self):
        """The words that run a command as PostgreSQL's user."""
        return process.owner_words("self") or (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
            if os.geteuid() == 0 else [])

    def pg_ctl(self, *words):
        """Returns whether it succeeded."""
        with self.postgres_lock:
            return self.postgres_program("pg_ctl", *words, "-s", "-w", "-t", "60", "-D",
                                         self.home + "/postgresql", "-l", self.home + "/log/postgresql.log")

    def postgres_program(self, name, *words):
        """Run a program of PostgreSQL as its user. Returns whether it succeeded."""
        return subprocess.run(
            self.postgres_user() + [postgres_bin(name), *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd="/", timeout=120, check=False,
            env=dict(os.environ, **self.clock_environment())).returncode == 0

    def allow_backups(self):
        """PostgreSQL's user may make a base backup."""
        with open(self.home + "/postgresql/pg_hba.conf", "a", encoding="utf-8") as file:
            file.write("local replication all peer map=cowry\n")

    def start_postgres(self):
        """After a crash: its children may need a moment to go."""
        for _ in range(60):
            with self.postgres_lock:
                if self.postmaster() or self.pg_ctl("start"):
                    return
                self.forget_lock()
            time.sleep(0.5)
        raise StackError("PostgreSQL did not start")

    def forget_lock(self):
        """A killed postmaster may stay as a zombie, which pg_ctl takes for one that runs."""
        data = self.home + "/postgresql"
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and os.readlink(f"/proc/{name}/cwd") == data:
                    return
            except OSError:
                continue
        for path in [data + "/postmaster.pid"] + glob.glob(self.run + "/postgresql/.s.PGSQL.*"):
            if os.path.exists(path):
                os.unlink(path)

    def start_nginx(self):
        """After it was killed: the workers that it left are ended first."""
        if self.nginx():
            return
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and os.readlink(f"/proc/{name}/cwd") == self.home + "/nginx":
                    process.send(int(name))
                    process.wait_gone(int(name), 5)
            except OSError:
                continue
        subprocess.run(["nginx", "-e", self.home + "/log/nginx-error.log", "-c",
                        self.home + "/nginx/conf/nginx.conf"], cwd=self.home + "/nginx", check=False,
                       env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin"),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def heal(self):
        """What nobody starts again by itself here: PostgreSQL and nginx, which systemd would."""
        if not self.postmaster():
            self.start_postgres()
        self.start_nginx()
        self.wait_for_postgres()

    def wait_for_postgres(self):
        """Until it accepts connections: how long its own recovery takes is not measured here."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                self.sql("SELECT 1", 10, self.superuser)
                return
            except (StackError, subprocess.TimeoutExpired):
                time.sleep(0.05)
        raise StackError("PostgreSQL accepts no connections")

    # The database

    def sql(self, text, timeout=60, url=None):
        """Rows, each a list of texts."""
        done = subprocess.run([postgres_bin("psql"), "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                               url or self.owner, "-c", "SET search_path TO cowry", "-c", text],
                              capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode != 0:
            raise StackError(done.stderr.strip()[:400])
        return [line.split("\t") for line in done.stdout.splitlines() if line]

    def cowry(self, *words):
        """(exit status, output) of the operator's program."""
        done = subprocess.run([DEV, "cowry", *words], env=self.environment, capture_output=True,
                              text=True, timeout=300, check=False)
        return done.returncode, done.stdout + done.stderr


def postgres_bin(name):
    """The newest program of that name; Debian's in PATH is a slow script that chooses one."""
    return sorted(glob.glob("/usr/lib/postgresql/*/bin/" + name))[-1]


def replace(path, text, mode=0o644):
    """Write a file as a whole: a reader sees the old or the new one."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path + ".new", mode)
    os.rename(path + ".new", path)
