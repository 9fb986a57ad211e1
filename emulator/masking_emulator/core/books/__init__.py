"""Books: where records are kept and found again. They store, index and forget; they decide nothing."""
