"""The front door: mounts the rooms' routes, translates refusals and shapes to HTTP, decides nothing."""

import gc

# Loading a thousand modules leaves no garbage, and each search for it goes through all that was loaded: a fifth of the
# time to the first answer. Requests make few circles; searches are rarer from here on, not gone.
gc.set_threshold(20_000, 20, 20)
