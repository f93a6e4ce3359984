"""`GET /health`: a zip function on the common layer, with nothing but the standard library."""
