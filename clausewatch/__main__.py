"""The command line, started by `python -m clausewatch`."""

from clausewatch.cli import main

if __name__ == "__main__":
    main(prog_name="clausewatch")
