"""The service that Multifidus is measured against, in the stack that it replaces."""
