"""References that are generated from what the server, the command line and the schemas are made of."""
