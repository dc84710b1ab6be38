"""Finds links to legal documents on the pages of a site, and decides what each page is, such as a policy or terms."""
