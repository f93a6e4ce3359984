"""The service on one machine: page and API from one process, no cloud account."""
