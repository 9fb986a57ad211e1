"""Records: what there is. Sessions and numbers, calls and legs, callbacks and attempts. Immutable, without rules."""
