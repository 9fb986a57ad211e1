"""Interception: how unmodified programs get here. The proxy, TLS with an authority of our own, and an environment that
leads each SDK to them.

It carries connections and knows nothing of worlds, sessions or callbacks. What runs inside the users' own processes
is in `shim/`.
"""
