"""The measures of `make bench`: the emulator beside a bare Starlette app, on the same machine in the same run."""
