"""URLs of every shape that a callback may have, and how the validators of the official SDKs are known to fail on them.

All are sent as they stand, as POST and as GET, and validated as an application would: with the URL that was asked for,
and of a POST the form.
"""

from collections.abc import Mapping
from typing import Final

#: Where the receiver of a test listens instead.
HOST: Final = "http://127.0.0.1:9000"

#: Name of a shape → the URL that the session has.
SHAPES: Final[Mapping[str, str]] = {
    "no path": HOST,
    "root": f"{HOST}/",
    "path": f"{HOST}/events",
    "slash at the end": f"{HOST}/events/",
    "doubled slashes": f"{HOST}/events//new",
    "dots": f"{HOST}/events/../new",
    "blank in path": f"{HOST}/a%20b",
    "beyond ASCII in path": f"{HOST}/%C3%A9v",
    "slash in segment": f"{HOST}/a%2Fb",
    "plus in path": f"{HOST}/a+b",
    "semicolon at the end": f"{HOST}/x;jsessionid=1",
    "semicolon before": f"{HOST}/a;b/c",
    "reserved characters in path": f"{HOST}/~x(1),v=1!*'",
    "at sign in path": f"{HOST}/@me",
    "query": f"{HOST}/events?x=1",
    "query out of order": f"{HOST}/events?b=2&a=1",
    "empty value": f"{HOST}/events?x=",
    "no value": f"{HOST}/events?x",
    "name twice": f"{HOST}/events?x=1&x=2",
    "name of a parameter": f"{HOST}/events?EventName=mine",
    "digits in names": f"{HOST}/events?k10=a&k2=b",
    "blank in query": f"{HOST}/events?x=a%20b",
    "plus in query": f"{HOST}/events?x=a+b",
    "reserved characters in query": f"{HOST}/events?x=%25%26%3D",
    "beyond ASCII in query": f"{HOST}/events?x=%C3%A9",
    "no port": "https://example.com/events?x=1",
    "capitals in host": "https://Shop.Example.org/Events",
    "IPv6": "http://[::1]:9000/events",
}
