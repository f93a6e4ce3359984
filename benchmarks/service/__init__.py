"""How fast the service is, beside one in the stack that it replaces: ``make bench``."""
