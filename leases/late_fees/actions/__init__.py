"""What happens for late rent and money that came back: one verb a file."""
