"""World: one account at work, from the file that describes it to its journal, and the hub that holds all of a server.

A world joins clock, chance, engine, dispatch and faults; worlds share nothing.
"""
