"""Measured area against the truth, over pixel spacings from 0.3 to 1.2 mm."""
