"""Traffic: the API requests that came in, and what goes wrong with them on purpose.

It knows requests, answers and faults; it decides nothing of the masking service.
"""
