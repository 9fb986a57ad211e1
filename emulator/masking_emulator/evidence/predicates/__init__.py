"""Predicates: what a capture says about each row of the ledger.

A predicate reads a capture and nothing else. It says that an exchange or a callback agrees with the statement of its
row, or that it disagrees, wherever the capture shows the row; and nothing where it does not.
"""
