"""`POST /report`: measurements in, a short report out; FastAPI behind Mangum, as an image."""
