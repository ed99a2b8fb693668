"""The page of one's portable proofs: which there are, which are being made, for which years one can ask."""

from greencredit.schemas.badges import PortableProof
from greencredit.schemas.reports import Lang
from greencredit.schemas.values import Record, Words


class ProofCard(Record):
    """One portable proof, as it is shown."""

    proof: PortableProof
    avoided: Words | None
    """As the badge writes it; none where nothing was avoided, or nothing of it is quantified."""
    why_revoked: Words | None


class ProofsPage(Record):
    """我的证明: portable proofs of whoever is signed in."""

    cards: tuple[ProofCard, ...]
    waiting: tuple[Lang, ...]
    failed: tuple[Lang, ...]
    years: tuple[int, ...]
    """Newest first."""
    consumer_id: str
    """What whoever checks a proof compares with the hash in it."""
