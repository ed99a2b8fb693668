"""Portable proofs as they cross a door: what one says, which there are, and the keys that sign them (便携证明)."""

from typing import Literal

from greencredit.schemas.reports import Count, Lang, Sha256, Tier
from greencredit.schemas.values import Credits, Grams, Instant, Period, Record, Words

Form = Literal["json", "jwt", "png", "svg"]
"""How a proof is handed out: signed JSON, a token, or a picture that carries the token."""

Suite = Literal["eddsa-jcs-2022", "RS256"]
"""By which algorithm a key signs."""

WhyRevoked = Literal["reversed", "counted_elsewhere"]
"""Why a proof was taken back: awards below it were reversed, or their grams are counted in another scheme now."""

WHY_REVOKED: dict[WhyRevoked, Words] = {
    "reversed": Words(zh="其中有积分已被冲正", en="awards below it were taken back"),
    "counted_elsewhere": Words(
        zh="其中有减排量改由其他机制计算", en="some of its CO2e is counted in another scheme now"
    ),
}


class MethodSaid(Record):
    """A method behind the figure: which version, and how good its weakest source is."""

    title: Words
    version: str
    tier: Tier
    baseline: Words


class IssuerSaid(Record):
    """Who granted the credits, and how it stood when the proof was issued."""

    name: Words
    filing_number: str | None
    state: Words


class Said(Record):
    """What a portable proof says: the figures of a participation proof, without the person (便携证明内容)."""

    lang: Lang
    report_number: str
    facts_sha256: Sha256
    period: Period
    awards: Count
    purchases: Count
    actions: Count
    quantified_awards: Count
    credits: Credits
    avoided_g_co2e: Grams
    methods: tuple[MethodSaid, ...]
    issuers: tuple[IssuerSaid, ...]


class PortableProof(Record):
    """A portable proof that was issued, and whether it still stands (便携证明)."""

    number: str
    """The number of the report that says the same on paper."""
    credential_id: str
    lang: Lang
    period: Period
    awards: Count
    credits: Credits
    avoided_g_co2e: Grams | None
    """None where no method covers anything of it: nothing is claimed then."""
    status_list: Count
    status_index: Count
    sha256: Sha256
    """Of the signed JSON."""
    issued_at: Instant
    revoked_at: Instant | None
    why_revoked: WhyRevoked | None


class SigningKey(Record):
    """A public key of the platform for portable proofs (凭证公钥); old ones stay listed, for what they signed."""

    suite: Suite
    number: Count
    public: str
    """A multikey, or a JSON Web Key as canonical JSON."""
    thumbprint: str
    """How the log names the key."""
    since: Instant


class NewPortableProof(Record):
    """What somebody asks for: the proof of a period, in one language."""

    period: Period
    lang: Lang = "zh"


class ProofAskedFor(Record):
    """已受理: the job that makes the report, if there is none yet, and the portable proof of it."""

    job_id: str
