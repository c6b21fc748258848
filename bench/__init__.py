"""Benchmarks: each beside the limit of the same PostgreSQL in the same run. `python -m bench` lists and runs them."""
