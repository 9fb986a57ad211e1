"""The masking service itself, without any input or output. `Engine` is the only way in.

Nothing here reads a clock, opens a socket, looks at the environment or knows a vendor's words.
"""
