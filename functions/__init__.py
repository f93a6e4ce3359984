"""The Lambda functions. They share `multifidus` and never import each other."""
