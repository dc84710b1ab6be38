"""Writes the schema that `verify` compares an archive with: `python -m tests.schema_file`."""

from __future__ import annotations

from archive.evidence.database_verification import SCHEMA, migrated_schema


def schema_lines() -> str:
    """Return what the file must hold."""
    rows = ("\t".join((*key, definition)) for key, definition in sorted(migrated_schema().items()))
    return "".join(f"{row}\n" for row in rows)


if __name__ == "__main__":
    SCHEMA.write_text(schema_lines(), encoding="utf-8")
