"""Alembic's migrations of the archive. A released revision is never edited. To change the schema, write a new revision.

There are no downgrades. An older program refuses a newer schema, and only a backup brings the old schema back.
"""
