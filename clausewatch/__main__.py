"""`python -m clausewatch`: the command line."""

from clausewatch.cli import main

if __name__ == "__main__":
    main(prog_name="clausewatch")
