"""Operator chores: backup, restore, retention, vacuum, statistics."""
