"""Server: sockets, the ASGI app, and what happens to a request between the two.

It brings worlds, control API, console and interception together; nothing below imports it.
"""
