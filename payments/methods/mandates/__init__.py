"""What a payer allowed: that its bank account is debited without asking each time."""
