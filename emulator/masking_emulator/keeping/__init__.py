"""Keeping: a world on disk. Snapshots are taken and restored, recordings replayed, and state kept between runs."""
