"""A local, high-fidelity emulator of Plivo's Number Masking API."""

__version__ = "0.1.0"
