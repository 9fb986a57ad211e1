"""Evidence: what another service answered, written down so that it can be shared, and compared with what we answer."""
