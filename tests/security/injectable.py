#!/usr/bin/env python3
"""injectable.py PORT: a server that puts a part of the path into SQL, so that sqlmap has something to find."""

import http.server
import sqlite3
import sys
import urllib.parse

store = sqlite3.connect(":memory:", check_same_thread=False)
store.executescript("CREATE TABLE thing (id integer, name text); INSERT INTO thing VALUES (1, 'one'), (2, 'two')")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = urllib.parse.unquote(self.path.rsplit("/", 1)[-1])
        try:
            rows = store.execute("SELECT name FROM thing WHERE id = " + wanted).fetchall()
        except sqlite3.Error:
            rows = []
        body = ("The things are: " + ", ".join(row[0] for row in rows)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
