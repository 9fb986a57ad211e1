"""The command line: `main` has the verbs that all need, and one module a subject has the rest.

Verbs are clients: they speak HTTP to the control API and never import the core.
"""
