"""The desk: a web server that shows the archive to people and programs, and takes reviews. No command except
`clausewatch serve` imports it.
"""
