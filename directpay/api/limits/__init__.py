"""How much one caller may ask: rates counted in Valkey for all processes together, and turns shared fairly within each."""
