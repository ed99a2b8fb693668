"""The verbs of the log; each takes a session and leaves the commit to the edge, publishing and witnessing excepted."""

from greencredit.proofs.service.append import ANY_WAIT, append, rebuild_tiles
from greencredit.proofs.service.facts import note_fact
from greencredit.proofs.service.publish import publish
from greencredit.proofs.service.sign import checkpoint, open_log, rotate_key
from greencredit.proofs.service.witness import add_cosignatures, cosign, register_witness, watch

__all__ = [
    "ANY_WAIT",
    "add_cosignatures",
    "append",
    "checkpoint",
    "cosign",
    "note_fact",
    "open_log",
    "publish",
    "rebuild_tiles",
    "register_witness",
    "rotate_key",
    "watch",
]
