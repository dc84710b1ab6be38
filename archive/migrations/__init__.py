"""Alembic's migrations of the archive. A revision, once released, is never edited: write the next one.

There is no way back down: an older program refuses a newer schema, and a backup is what goes back.
"""
