"""What is measured against what; each is run by ``python -m benchmarks.<name>``."""
