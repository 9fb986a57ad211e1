"""`python -m masking_emulator` is the command line."""

from masking_emulator.cli.entry import main

main()
