"""A Django project behind a proxy: its own settings for one, and Plivo's validators over `build_absolute_uri`."""

import sys
from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import re_path
from plivo.utils import validate_signature, validate_v3_signature

token = sys.argv[1]
proxy = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"), "USE_X_FORWARDED_HOST": True}
settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["shop.example.com"],
    SECRET_KEY="local",
    **(proxy if sys.argv[2] == "behind-a-proxy" else {}),
)


def events(request):
    headers, url = request.headers, request.build_absolute_uri()
    v2 = validate_signature(url, headers["X-Plivo-Signature-V2-Nonce"], headers["X-Plivo-Signature-V2"], token)
    v3 = validate_v3_signature(
        request.method,
        url,
        headers["X-Plivo-Signature-V3-Nonce"],
        token,
        headers["X-Plivo-Signature-V3"],
        request.POST.dict(),
    )
    return HttpResponse(f"{request.META['HTTP_X_FORWARDED_FOR']} {url}", status=200 if v2 and v3 else 403)


urlpatterns = [re_path("", events)]

server = make_server("127.0.0.1", 0, get_wsgi_application())
print(server.server_port, flush=True)
server.serve_forever()
