"""Decisions: what a command does. Each takes the state and a command, and answers with events or refuses.

The state is read here and never changed: `state.py` absorbs the events.
"""
