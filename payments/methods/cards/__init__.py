"""Cards to pay with. No number is kept, not even encrypted: a row names the processor, and the card as the processor knows it."""
