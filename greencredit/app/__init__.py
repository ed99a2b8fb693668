"""The front door: mounts the rooms' routes, translates refusals and shapes to HTTP, decides nothing."""

import gc

# Loading a thousand modules leaves no garbage, and each search for it goes through all that was loaded: a tenth of the
# time to the first answer. Whoever has loaded the application searches again, see `main`.
gc.set_threshold(1_000_000, 20, 20)
