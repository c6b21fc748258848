"""Pages of the books for staff, in the frame of the admin: trial balances, statements, closed periods."""
