"""A client that asks one small question again and again, and says how long it waited: in a process of its own.

`python -m tests.bench.waiting PORT AUTH_ID TOKEN` asks for the sessions of an account until its input is closed. Prints
the median and the longest wait, in milliseconds.
"""

import select
import sys
import time
from base64 import b64encode
from http.client import HTTPConnection
from statistics import median

#: So long it pauses after an answer, in seconds.
_PAUSE_S = 0.002


def main() -> None:
    """Ask until the input is closed."""
    port, auth_id, token = sys.argv[1:]
    headers = {"Authorization": "Basic " + b64encode(f"{auth_id}:{token}".encode()).decode()}
    connection = HTTPConnection("127.0.0.1", int(port))
    waits = []
    while not select.select([sys.stdin], [], [], _PAUSE_S)[0]:
        begun = time.perf_counter()
        connection.request("GET", f"/v1/Account/{auth_id}/Masking/Session/", headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
        waits.append(1000 * (time.perf_counter() - begun))
        if len(waits) == 1:
            print("asking", flush=True)
    print(median(waits), max(waits))


if __name__ == "__main__":
    main()
