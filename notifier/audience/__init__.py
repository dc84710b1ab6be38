"""Decides who asks for what, and when they may be notified. Pure."""
