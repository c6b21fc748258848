"""What the reports ask: of whose books, as of which day, as known at which moment. They change nothing and keep nothing."""
