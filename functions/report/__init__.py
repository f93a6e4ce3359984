"""Report function."""
