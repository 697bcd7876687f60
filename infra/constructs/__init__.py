"""The building blocks: one construct a file, typed keyword arguments, nothing read from the environment."""
