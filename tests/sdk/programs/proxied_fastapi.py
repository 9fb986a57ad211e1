"""A FastAPI app for `uvicorn --proxy-headers`: Plivo's validators over `request.url`."""

import os
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from plivo.utils import validate_signature, validate_v3_signature

token = os.environ["PLIVO_AUTH_TOKEN"]
app = FastAPI()


@app.api_route("/{path:path}", methods=["GET", "POST"])
async def events(path: str, request: Request) -> PlainTextResponse:
    del path  # whatever it is
    headers, url = request.headers, str(request.url)
    form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    v2 = validate_signature(url, headers["X-Plivo-Signature-V2-Nonce"], headers["X-Plivo-Signature-V2"], token)
    v3 = validate_v3_signature(
        request.method, url, headers["X-Plivo-Signature-V3-Nonce"], token, headers["X-Plivo-Signature-V3"], form
    )
    return PlainTextResponse(f"{request.client.host} {url}", 200 if v2 and v3 else 403)
