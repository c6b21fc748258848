"""The page of the simulated issuer, on which somebody proves to be the owner of a card. Sandbox only."""
