"""The front door: mounts the rooms' routes, translates refusals and shapes to HTTP, decides nothing."""
