"""An HTTP server that prints its port, then every request it takes as one line of JSON. Ends when its input does."""
import http.server, json, ssl, sys, threading

certificate, key = (sys.argv + ["", ""])[1:3]

class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        print(json.dumps({"path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()},
                          "body": json.loads(body)}), flush=True)
        status = int(self.path.rsplit("/", 1)[1])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere/200")
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_GET = do_POST
    def log_message(self, *args):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
