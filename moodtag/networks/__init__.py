"""Networks, one file each, and the way from a model folder to a verdict."""
