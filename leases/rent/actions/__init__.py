"""What happens to what is owed: one verb a file."""
