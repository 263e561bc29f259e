"""A receiver of webhooks: it notes every event, acknowledges most, and is slow or fails when told."""

import http.server
import json
import socketserver
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    timeout = 20

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """Nothing on standard error."""

    def do_POST(self):  # pylint: disable=invalid-name
        """Note the event; answer as told."""
        receiver = self.server.receiver
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(receiver.slow_s)
        if not receiver.fails:
            receiver.note(data)
        self.send_response(503 if receiver.fails else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """A thread for each connection."""

    daemon_threads = True
    request_queue_size = 256


class Receiver:
    """Listens on a port of its own."""

    def __init__(self, history):
        self.history = history
        self.slow_s, self.fails = 0.0, False
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.receiver = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/events"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, data):
        """An event has arrived."""
        try:
            event = json.loads(data)
        except ValueError:
            return
        with self.history.lock:
            self.history.events.append((time.time(), event))
