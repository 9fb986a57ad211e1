"""Comparing a capture with a world of ours."""
