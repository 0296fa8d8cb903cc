"""A service on loopback that answers tasks as its path says; for tests/cli/http_worker.bats.

usage: answerer.py PORTFILE LOG     The port is written to PORTFILE, each request to LOG as a JSON line.
"""
import http.server
import json
import os
import sys
import threading

lock = threading.Lock()
seen = {}

REPLIES = {
    "/answer": (200, '{"answer":{"answer":"yes"},"confidence":0.9}'),
    "/unsure": (200, '{"answer":{"resolution":"perhaps the link"},"confidence":0.3}'),
    "/wrong": (200, '{"verdict":"yes"}'),
    "/nonsense": (200, "<html>"),
    "/forbidden": (403, '{"reason":"not for us\\u001b[2J"}'),
    "/moved": (302, ""),
    "/later": (202, ""),
    "/busy": (503, ""),
}


def reply(path, hits):
    if path == "/flaky":
        return (500, "") if hits == 1 else REPLIES["/answer"]
    if path == "/long":
        return 200, json.dumps({"answer": "x" * 700000})
    if path == "/toolong":
        return 200, json.dumps({"answer": "x" * 1500000})
    return REPLIES[path]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with lock:
            seen[self.path] = seen.get(self.path, 0) + 1
            hits = seen[self.path]
            with open(sys.argv[2], "a") as log:
                head = {k.lower(): v for k, v in self.headers.items()}
                log.write(json.dumps({"path": self.path, "headers": head, "body": body.decode()}) + "\n")
        if self.path == "/hang":
            threading.Event().wait(60)
        status, text = reply(self.path, hits)
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/answer")
        if status == 503:
            self.send_header("retry-after", "7200")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        try:
            self.wfile.write(text.encode())
        except OSError:
            pass

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open(sys.argv[1] + ".tmp", "w") as f:
    f.write(str(server.server_port))
os.rename(sys.argv[1] + ".tmp", sys.argv[1])
server.serve_forever()
