"""Tests the crawler against attacks of hostile sites. The tests use a network without a connection to other
machines.
"""
