"""How long a worker takes from its start to its first answer.

first_answer.py ENV USER SOCKET PROGRAM PATH KEY: starts the program as that user, with the settings of
the file and a socket that listens, as a supervisor does, and reads the path. Prints milliseconds.
"""
import os
import pathlib
import socket
import struct
import subprocess
import sys
import time

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
PATIENCE = 20


def record(kind, content):
    return struct.pack('>BBHHBx', 1, kind, 1, len(content), 0) + content


def parameters(**values):
    text = b''
    for name, value in values.items():
        text += bytes([len(name), len(value)]) + name.encode() + value.encode()
    return text


def request(path, key):
    values = parameters(REQUEST_METHOD='GET', REQUEST_URI=path, REMOTE_ADDR='127.0.0.1',
                        REQUEST_ID='bench', HTTP_X_API_KEY=key)
    return (record(BEGIN, struct.pack('>HB5x', 1, 0)) + record(PARAMS, values)
            + record(PARAMS, b'') + record(STDIN, b''))


def receive(connection, length):
    data = b''
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise SystemExit('first_answer: the worker closed the connection')
        data += part
    return data


def answer(connection):
    text = b''
    while True:
        _, kind, _, length, padding = struct.unpack('>BBHHBx', receive(connection, 8))
        content = receive(connection, length + padding)[:length]
        if kind == END:
            return text
        if kind == STDOUT:
            text += content


def start(env, user, path, program):
    listening = socket.socket(socket.AF_UNIX)
    pathlib.Path(path).unlink(missing_ok=True)
    listening.bind(path)
    listening.listen(16)
    settings = dict(line.split('=', 1) for line in pathlib.Path(env).read_text().splitlines())
    settings['PATH'] = os.environ['PATH']
    identity = {'user': user, 'group': user, 'extra_groups': []} if os.geteuid() == 0 else {}
    return subprocess.Popen([program], stdin=listening, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, env=settings, **identity)


def main():
    env, user, path, program, target, key = sys.argv[1:]
    begun = time.monotonic()
    worker = start(env, user, path, program)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(path)
            connection.sendall(request(target, key))
            head = answer(connection)
        took = time.monotonic() - begun
    finally:
        worker.terminate()
        worker.wait(PATIENCE)
        pathlib.Path(path).unlink(missing_ok=True)
    if not head.startswith(b'Status: 200'):
        raise SystemExit('first_answer: ' + head.decode(errors='replace'))
    print(f'{took * 1000:.1f}')


main()
