"""The page of the simulated issuer, on which a payer proves to be the owner of a card. Sandbox only."""
