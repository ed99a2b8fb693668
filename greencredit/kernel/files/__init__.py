"""Files kept by their content: written whole or not at all, checked at every reading, in a folder or a bucket."""
