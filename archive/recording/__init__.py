"""Writes what a visit, an import or a reviewer brought, and decides which policies are due."""
