"""`POST /segment` and its companions: FastAPI behind Mangum, as a container image."""
