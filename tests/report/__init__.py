"""Tests of what a run leaves behind: its model, its forms, its size, and that no secret is in it."""
