"""Where the command begins. It imports nothing before it is ready for Ctrl-C, which may come while all else is loaded.

Once the command line runs, `main.py` answers to Ctrl-C; here is only what comes before and after it.
"""


def main() -> None:
    """Run the command line. Ends the process."""
    try:
        from masking_emulator.cli.main import main as command_line

        command_line()
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # in `common.py` it has a name, which may not have been loaded
