"""Tests of `archive/reviewing`."""
