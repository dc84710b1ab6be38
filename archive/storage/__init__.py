"""Opens the database, stores rows and contents, and seals each evidence row when the row is written."""
