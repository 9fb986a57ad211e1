"""Callbacks: from an event of the core to a request on the wire, and its outcome.

`dispatch` takes events and sends in order, `laboratory` holds callbacks back, drops or changes them on purpose,
`outgoing` writes and signs, `courier` sends, `egress` says what may leave the machine, `log` keeps every attempt.
"""
