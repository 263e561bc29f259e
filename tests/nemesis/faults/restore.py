"""The disk of the data is lost, and the database restored from a base backup and the WAL (F22)."""

import os
import shutil
import subprocess
import time

from nemesis import process
from nemesis.faults.fault import Fault
from nemesis.stack import StackError

SLOT = "nemesis"  # keeps the WAL since the backup began


def base_backup(stack, folder):
    """Without WAL, under load; checked by its manifest."""
    os.makedirs(folder)
    own(stack, folder)
    stack.sql(f"SELECT pg_create_physical_replication_slot('{SLOT}', true)", url=stack.superuser)
    done = stack.postgres_program("pg_basebackup", "-D", folder, "-X", "none", "-c", "fast", "-d",
                                  stack.superuser.replace("///cowry", "///postgres"))
    if not done or not stack.postgres_program("pg_verifybackup", "-n", folder):
        raise StackError("no base backup")


def lose_data(stack):
    """Every process of PostgreSQL is killed, then all of its files are gone but those of the WAL, which are
    returned: on a disk of their own they survive."""
    data, kept = stack.home + "/postgresql", stack.folder + "/kept-wal"
    master = stack.postmaster()
    for pid in [master] + process.children(master):
        process.send(pid)
    process.wait_gone(master, 20)
    stack.forget_lock()
    os.makedirs(kept)
    move_all(data + "/pg_wal", kept)
    for name in os.listdir(data):
        if name != "pg_wal":
            remove(data + "/" + name)
    return kept


def own(stack, *paths):
    """Give them to PostgreSQL's user."""
    subprocess.run(["chown", "-R", f"--reference={stack.home}/postgresql/.", *paths], check=True)


def remove(path):
    """A file, or a folder with all in it."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def move_all(source, target):
    """What is in a folder."""
    for name in os.listdir(source):
        subprocess.run(["mv", f"{source}/{name}", target + "/"], check=True)


def put_back(stack, backup, kept):
    """The files of the backup, and how to get the WAL."""
    data = stack.home + "/postgresql"
    shutil.rmtree(backup + "/pg_wal")
    os.makedirs(data + "/pg_wal/archive_status")
    move_all(backup, data)
    with open(data + "/postgresql.auto.conf", "a", encoding="utf-8") as file:
        file.write(f"restore_command = 'cp {kept}/%f \"%p\"'\n")
    with open(data + "/recovery.signal", "w", encoding="utf-8"):
        pass
    own(stack, data + "/pg_wal/", data + "/recovery.signal", kept)


def wait_promoted(stack):
    """Until all of the WAL is applied: before that, the database is read only."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        stack.wait_for_postgres()
        if stack.sql("SELECT pg_is_in_recovery()", url=stack.superuser)[0][0] == "f":
            return
        time.sleep(0.05)
    raise StackError("the restored database is still in recovery")


def restore(nemesis):
    """To the end of the WAL: nothing that was acknowledged may be missing, and Cowry serves the database by
    itself, as after the promotion of a standby that lacks nothing."""
    stack, backup = nemesis.stack, nemesis.stack.folder + "/backup"
    try:
        base_backup(stack, backup)
        time.sleep(nemesis.seconds(2, 10))
        with stack.postgres_lock:
            kept = lose_data(stack)
            put_back(stack, backup, kept)
            stack.start_postgres()
        wait_promoted(stack)
        shutil.rmtree(kept)
    finally:
        shutil.rmtree(backup, ignore_errors=True)
        stack.sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                  f"WHERE slot_name = '{SLOT}'", url=stack.superuser)
    return "timeline " + stack.sql("SELECT timeline_id FROM pg_control_checkpoint()", url=stack.superuser)[0][0]


FAULTS = {"data disk lost and restored": Fault("F22", restore, "", True)}
