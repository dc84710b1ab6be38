"""Opens the database, keeps its rows and contents, and seals each row of evidence as it is written."""
