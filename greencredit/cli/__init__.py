"""The side door: the same verbs from a terminal, one file per group of commands."""
