"""Proves that what was recorded is unaltered, with chain heads, verification, time stamps, evidence bundles and WARC
files.
"""
