"""Opens the database, and stores rows and contents. Each evidence row is sealed in the transaction that writes it."""
