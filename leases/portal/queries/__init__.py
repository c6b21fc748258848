"""What the pages show: plain values, computed from the books and the rows of the rooms below."""
