"""Data and WAL of the copy, and nginx's temporary files, on file systems of their own, in memory, which can
be filled. Needs root."""

import glob
import os
import re
import stat
import subprocess

from nemesis import process

DATA_MIB, WAL_MIB, TEMP_MIB = 700, 400, 8


def move(stack):
    """Move them, while PostgreSQL does not run."""
    data, wal = stack.home + "/postgresql", stack.folder + "/wal"
    with open(data + "/postgresql.auto.conf", "a", encoding="utf-8") as file:
        file.write("max_wal_size = '128MB'\nmin_wal_size = '64MB'\n")
    forget_wal(data)
    mount(stack, wal, WAL_MIB, data + "/pg_wal")
    os.rmdir(data + "/pg_wal")
    os.symlink(wal, data + "/pg_wal")
    os.rename(data, data + ".old")
    mount(stack, data, DATA_MIB, data + ".old")
    os.rmdir(data + ".old")
    temp = stack.home + "/nginx/temp"
    os.rename(temp, temp + ".old")
    mount(stack, temp, TEMP_MIB, temp + ".old")
    os.rmdir(temp + ".old")
    process.send(stack.nginx(), 1)


def forget_wal(data):
    """Of a cluster that was stopped, only the file with the last checkpoint is needed, and perhaps the next
    one; a new cluster keeps half a gigabyte of them for later."""
    program = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_controldata"))[-1]
    text = subprocess.run([program, data], capture_output=True, text=True, check=True).stdout
    last = re.search(r"REDO WAL file: +([0-9A-F]{24})", text).group(1)
    files = sorted(n for n in os.listdir(data + "/pg_wal") if re.fullmatch("[0-9A-F]{24}", n))
    kept = files[files.index(last):][:2]
    for name in files:
        if name not in kept:
            os.unlink(f"{data}/pg_wal/{name}")


def mount(stack, path, mib, source):
    """A file system in memory with what was in another folder."""
    info = os.stat(source)
    os.makedirs(path, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o",
                    f"size={mib}m,mode={stat.S_IMODE(info.st_mode):o},uid={info.st_uid},gid={info.st_gid}", "nemesis", path], check=True)
    stack.mounts.append(path)
    for name in os.listdir(source):
        subprocess.run(["mv", source + "/" + name, path + "/"], check=True)
