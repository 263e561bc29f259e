#!/usr/bin/env python3
# A receiver of webhooks: answers 200, but nothing while the file "mute" is in its folder. It writes its
# port to the file "port", a line with the id of each webhook that it has answered to "answered", and one
# with the sequence and id of its event to "told".
import http.server
import json
import os
import sys
import time

folder = sys.argv[1]


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        with open(os.path.join(folder, "told"), "a") as out:
            out.write("%d %s\n" % (event["data"]["sequence"], event["id"]))
        with open(os.path.join(folder, "asked"), "a") as out:
            out.write(self.headers.get("webhook-id", "-") + "\n")
        while os.path.exists(os.path.join(folder, "mute")):
            time.sleep(0.02)
        try:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            self.wfile.flush()
        except OSError:
            return
        with open(os.path.join(folder, "answered"), "a") as out:
            out.write(self.headers.get("webhook-id", "-") + "\n")

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
server.daemon_threads = True
with open(os.path.join(folder, "port.new"), "w") as out:
    out.write(str(server.server_port))
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
server.serve_forever()
