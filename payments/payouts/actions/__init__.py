"""What makes money available, and what sends it out."""
