"""The verbs of the log; each takes a session and leaves the commit to the edge."""

from greencredit.proofs.service.append import append, rebuild_tiles
from greencredit.proofs.service.facts import note_fact
from greencredit.proofs.service.sign import checkpoint, open_log, rotate_key

__all__ = ["append", "checkpoint", "note_fact", "open_log", "rebuild_tiles", "rotate_key"]
