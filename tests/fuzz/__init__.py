"""Requests that nobody would send, to both APIs: `make fuzz` sends many of them, a test in CI a few.

The OpenAPI document is played against by schemathesis in tests/test_openapi.py, one operation at a time. Here the
requests follow one another in worlds that live on: what one leaves behind, the next one meets.
"""
