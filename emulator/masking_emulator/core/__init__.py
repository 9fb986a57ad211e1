"""The masking service itself: pure, with one door (`Engine`).

Nothing here reads a clock, opens a socket, looks at the environment or knows a vendor's words.
"""
