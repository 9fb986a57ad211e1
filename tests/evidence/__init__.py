"""Tests of what another service answered: captures, that no secret is in them, and what is made of them."""
