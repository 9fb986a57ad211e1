"""Callbacks: from an event of the core to a request on the wire, and what came of it.

`dispatch` takes events and sends in order, `laboratory` disturbs on purpose, `outgoing` writes and signs, `courier`
sends, `egress` says what may leave the machine, `log` keeps every attempt.
"""
