"""Writes the file with the schema to which `verify` compares an archive. Run it with `python -m tests.schema_file`."""

from __future__ import annotations

from archive.evidence.database_verification import SCHEMA, migrated_schema


def schema_lines() -> str:
    """Return the lines that the file must have."""
    rows = ("\t".join((*key, definition)) for key, definition in sorted(migrated_schema().items()))
    return "".join(f"{row}\n" for row in rows)


if __name__ == "__main__":
    SCHEMA.write_text(schema_lines(), encoding="utf-8")
