"""Benchmarks, each beside its limit or its peer on the same PostgreSQL in the same run: `make bench`, or `python -m bench NAME …`."""
