"""What awards are told with: sentences in both languages, in files; no sentence is glued together in code."""
