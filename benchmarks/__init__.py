"""Interleaved measurements of kigen and its peers: ``python -m benchmarks``."""
