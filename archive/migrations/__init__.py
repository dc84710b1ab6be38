"""Alembic's migrations of the archive. A released revision is never edited. To change the schema, write a new revision.

There are no downgrades. An older program refuses a newer schema. The only way back to an old schema is a backup.
"""
