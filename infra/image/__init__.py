"""What the functions' Dockerfiles run while they build; nothing of it is in an image."""
