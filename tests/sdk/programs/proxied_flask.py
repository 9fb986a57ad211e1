"""A Flask app behind a proxy: werkzeug's ProxyFix, and Plivo's validators over `request.url`."""

import sys

from flask import Flask, request
from plivo.utils import validate_signature, validate_v3_signature
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.serving import make_server

token = sys.argv[1]
app = Flask(__name__)
if sys.argv[2] == "behind-a-proxy":
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)


@app.route("/", methods=["GET", "POST"], defaults={"path": ""})
@app.route("/<path:path>", methods=["GET", "POST"])
def events(path):
    del path  # whatever it is
    headers = request.headers
    v2 = validate_signature(request.url, headers["X-Plivo-Signature-V2-Nonce"], headers["X-Plivo-Signature-V2"], token)
    v3 = validate_v3_signature(
        request.method,
        request.url,
        headers["X-Plivo-Signature-V3-Nonce"],
        token,
        headers["X-Plivo-Signature-V3"],
        request.form.to_dict(),
    )
    return f"{request.remote_addr} {request.url}", 200 if v2 and v3 else 403


server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
