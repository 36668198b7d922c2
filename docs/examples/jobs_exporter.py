"""The smallest exporter: counts jobs, one in three of which fails, and serves them in Prometheus' text format."""

import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

STARTED = time.monotonic()


class Metrics(BaseHTTPRequestHandler):
    def do_GET(self):
        jobs = int((time.monotonic() - STARTED) * 9)
        body = (
            "# TYPE jobs_total counter\n"
            f'jobs_total{{queue="mail",result="done"}} {jobs - jobs // 3}\n'
            f'jobs_total{{queue="mail",result="failed"}} {jobs // 3}\n'
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Metrics).serve_forever()
