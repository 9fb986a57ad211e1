"""Several servers behind a real HAProxy."""
