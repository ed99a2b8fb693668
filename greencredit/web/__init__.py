"""The pages: consumer portal, public register, verify page, consoles (门户)."""
