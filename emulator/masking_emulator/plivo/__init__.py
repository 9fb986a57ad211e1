"""Everything that knows Plivo's words: parameters, bodies, texts, filters, policy, ledger, routes."""
