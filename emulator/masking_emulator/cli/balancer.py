"""The configuration of HAProxy before several servers: each world lives in one of them, and every request finds it.

Where a world lives: the last ten characters of its Auth ID choose the member by consistent hashing; account and
subaccounts share them. HAProxy chooses the Auth ID of a new world where nobody else does. It remembers which member has
answered for a world, so a copy is found beside its original, and what lives stays where it is when a member joins.

While a member is down, HAProxy's hashing passes over it and would lead to a member that does not know its worlds. So
the choice is made in a backend whose servers are never down, `homes`, and the request comes back with the chosen name
to `worlds`, where a member that is down is nobody. That way is gone once for each world; what is remembered is found
without.

`fixtures/farm/haproxy.cfg` is this text for the compose file beside it; a test compares them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class BalancedServer:
    """A server behind the balancer: its name, where HAProxy reaches it, and where people find its console.

    In the URL of the console HAProxy fills in what it writes as `%[…]`, such as the host that it was asked by.
    """

    name: str
    address: str
    console: str


@dataclass(frozen=True, slots=True)
class Balancer:
    """Where HAProxy listens, for clients and for its own successor, and the members, in the order of their ids.

    `control` is the socket file at which it takes commands, `inside` the one by which requests come back to it.
    `doors` are further addresses to listen at, of one member each: `consoles` behind them are reached through HAProxy.
    """

    listen: str
    peer: str
    control: str
    inside: str
    members: Sequence[BalancedServer]
    doors: Sequence[str] = ()


_HEAD: Final = """\
# HAProxy 2.6 or newer, before several servers of masking-emulator, each of which has worlds of its own.
#
# A world is found by the last ten characters of the Auth ID in the path, which its account and its subaccounts share.
#
# To add a member while worlds live, say to the socket below (`socat - UNIX-CONNECT:%(control)s`)
#   add server worlds/member_5 ADDRESS:PORT id 5 weight 0 check inter 1s fall 2 rise 1
#   enable health worlds/member_5
#   enable server worlds/member_5
#   add server homes/member_5 unix@%(inside)s id 5 weight 16
#   enable server homes/member_5
#   add server any_member/member_5 ADDRESS:PORT id 5 weight 16 check inter 1s fall 2 rise 1
#   enable health any_member/member_5
#   enable server any_member/member_5
# and append its line to each backend for the next start. Worlds that live stay where they are, and of new ones the
# member gets its share. Never give an id to another member. HAProxy remembers the worlds that it has led somebody to
# since its start, so lead somebody to the others before. What a restart forgets are copies, worlds that were made
# before a member joined, and those of no chosen name that were made while the member of their name was down.

global
    stats socket %(control)s mode 600 level admin
    localpeer farm

defaults
    mode http
    option http-keep-alive
    http-reuse always
    timeout connect 5s
    # A request may wait 300 seconds for a callback, and the journal's stream says something every 10.
    timeout client 10m
    timeout server 10m
    timeout queue 30s
    timeout http-request 30s
    option httpchk
    http-check send meth GET uri /_emulator/health ver HTTP/1.1 hdr Host localhost
    http-check expect rstring "\\"ready\\": *true"
    # A fault may end a connection without an answer: then the client's ends too.
    errorfile 502 /dev/null
    http-error status 503 content-type application/json string "{\\"error\\": \\"the member of this world is down\\"}"

# What HAProxy remembers outlives a reload: the new process learns it from the old one, unless that has run for less
# than five seconds. It answers before it has learnt it, and so leads some to a member that does not know their world.
peers farm
    peer farm %(peer)s

frontend clients
    bind %(listen)s
    # Members decode a path and take several slashes for one, so however it is spelt it leads to one world.
    http-request set-var(txn.path) path
    http-request set-var(txn.path) path,url_dec if { path_sub %% }
    http-request set-var(txn.path) var(txn.path),regsub(//+,/,g) if { var(txn.path) -m sub // }
    acl of_a_member var(txn.path) -m beg /_emulator/console /metrics
    http-request return status 404 content-type application/json lf-string "%(consoles)s" if of_a_member
    acl of_an_account var(txn.path) -m beg /v1/Account/
    acl of_a_world var(txn.path) -m beg /_emulator/worlds/
    http-request set-var(txn.world) var(txn.path),field(4,/),bytes(10,10) if of_an_account or of_a_world
    # A new world whose Auth ID nobody has chosen gets one here, so that it is known where it will be. The header makes
    # members refuse a world with other Auth IDs, by which it would be sought elsewhere.
    acl puts_a_world method PUT
    acl a_chosen_one var(txn.path) -m reg ^/_emulator/worlds/MA[A-Z0-9]{18}/?$
    acl makes_a_world method POST
    acl a_new_one var(txn.path) -m reg ^/_emulator/worlds/?$
    acl a_copy var(txn.path) -m reg ^/_emulator/worlds/[^/]+/fork/?$
    http-request del-header X-Emulator-New-World
    http-request set-var(txn.new) uuid,regsub(-,,g),upper,bytes(0,10) if makes_a_world a_new_one or makes_a_world a_copy
    http-request set-header X-Emulator-New-World MAEMULATOR%%[var(txn.new)] if { var(txn.new) -m found }
    http-request set-header X-Emulator-New-World %%[var(txn.path),field(4,/)] if puts_a_world a_chosen_one
    use_backend worlds if { var(txn.world),in_table(worlds) -m bool }
    use_backend homes if { var(txn.world) -m found }
    default_backend any_member

# A world that HAProxy does not remember. Its member is chosen here and called by name below. These servers are not
# checked: hashing passes over one that is down, and another member would answer, or make the world a second time.
backend homes
    balance hash var(txn.world)
    hash-type consistent sdbm avalanche
    http-send-name-header X-Emulator-Member
    stick store-response var(txn.world) table worlds if { status lt 400 }
    # A weight above 1 makes the shares of the members more alike.
    default-server weight 16
%(homes)s

frontend inside
    bind unix@%(inside)s mode 600
    http-request set-var(txn.member) req.hdr(X-Emulator-Member)
    http-request del-header X-Emulator-Member
    default_backend worlds

# A member is reached as the one that was chosen or is remembered. While it is down its worlds are answered 503: with a
# weight of 0 no other is taken in its place.
backend worlds
    use-server %%[var(txn.member)] if { var(txn.member) -m found }
    stick-table type string len 10 size 1m peers farm
    stick match var(txn.world)
    stick store-response res.hdr(X-Emulator-World),bytes(10,10) if { res.hdr(X-Emulator-World) -m found }
    default-server weight 0 check inter 1s fall 2 rise 1
%(worlds)s

# Requests about no world, which any member answers for itself; and new worlds whose name was chosen above. Such a world
# is made where its name leads to, and while that member is down in another, which is remembered.
backend any_member
    balance hash var(txn.new)
    hash-type consistent sdbm avalanche
    stick store-response res.hdr(X-Emulator-World),bytes(10,10) table worlds if { res.hdr(X-Emulator-World) -m found }
    default-server weight 16
%(any)s
"""

_DOOR: Final = """
# The console of %(name)s, and all else of it.
frontend of_%(name)s
    bind %(door)s
    default_backend only_%(name)s

backend only_%(name)s
    server %(name)s %(address)s track worlds/%(name)s
"""


def configuration(balancer: Balancer) -> str:
    """The text of the configuration."""
    members = balancer.members
    consoles = " ".join(member.console for member in members)
    said = f"the console and /metrics are each member's own: {consoles}"
    text = _HEAD % {
        "listen": balancer.listen,
        "peer": balancer.peer,
        "control": balancer.control,
        "consoles": f'{{\\"error\\": \\"{said}\\"}}',
        "inside": balancer.inside,
        "homes": _lines(members, f"unix@{balancer.inside} id {{place}}"),
        "worlds": _lines(members, "{address} id {place}"),
        "any": _lines(members, "{address} id {place} track worlds/{name}"),
    }
    doors = zip(members, balancer.doors, strict=False)
    return text + "".join(
        _DOOR % {"name": member.name, "address": member.address, "door": door} for member, door in doors
    )


def _lines(members: Sequence[BalancedServer], words: str) -> str:
    """A line for each member, with these words behind its name."""
    return "\n".join(
        f"    server {member.name} {words.format(name=member.name, address=member.address, place=place)}"
        for place, member in enumerate(members, 1)
    )
