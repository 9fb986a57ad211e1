"""Keeping: a world on disk. Snapshots out and in, recordings played again, and state kept between runs."""
