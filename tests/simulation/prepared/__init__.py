"""A database backend for lives by the thousand: PostgreSQL plans each statement once, not each time."""
