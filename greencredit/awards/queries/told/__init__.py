"""Puts what the rules did into sentences: steps, conditions, limits, choices, and what would have been needed."""
