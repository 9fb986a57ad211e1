"""Comparing: a capture of another service is replayed against a world of ours, and the differences are named.

The replay opens no socket: requests go to our app in this process, and callbacks are only written down.
"""
