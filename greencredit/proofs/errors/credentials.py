"""How a portable credential fails: its form, its words, its key, its signature, its dates, its status, its bearer."""

from greencredit.proofs.errors.forms import ProofRefused


class CredentialMalformed(ProofRefused):
    """凭证格式有误: the file is not one verifiable credential, written the way its format demands."""

    code = "proofs.credential_malformed"


class PictureMalformed(ProofRefused):
    """徽章图片有误: a picture is whole and carries exactly one credential, where Open Badges 3.0 puts it."""

    code = "proofs.picture_malformed"


class ContextUnknown(ProofRefused):
    """语境不符: the words of a credential are those of the contexts it names; these are not the ones we read."""

    code = "proofs.context_unknown"


class MultikeyMalformed(ProofRefused):
    """多格式密钥有误: a public key is written as a multikey (z…) or as a JSON Web Key of the kind its suite uses."""

    code = "proofs.multikey_malformed"


class SuiteUnusable(ProofRefused):
    """签名套件不可用: credentials are signed by eddsa-jcs-2022, or as a JSON Web Token by RS256."""

    code = "proofs.suite_unusable"


class CredentialKeyUnknown(ProofRefused):
    """未见签名公钥: the key that a credential names is not among the issuer's keys that the verifier was given."""

    code = "proofs.credential_key_unknown"


class CredentialSignatureWrong(ProofRefused):
    """凭证签名不符: the signature does not fit what the credential says."""

    code = "proofs.credential_signature_wrong"


class ClaimsDiffer(ProofRefused):
    """令牌声明不符: what a token claims beside its credential is not what the credential says."""

    code = "proofs.claims_differ"


class NotYetValid(ProofRefused):
    """尚未生效: the credential begins to be valid later than this."""

    code = "proofs.not_yet_valid"


class NoLongerValid(ProofRefused):
    """已过有效期: the credential was valid until an instant that has passed."""

    code = "proofs.no_longer_valid"


class StatusListWrong(ProofRefused):
    """状态列表不符: it is not the list that the credential names, is too short, or is not of its issuer."""

    code = "proofs.status_list_wrong"


class StatusListStale(ProofRefused):
    """状态列表已过期: the list was valid until an instant that has passed; a newer one is to be had from the issuer."""

    code = "proofs.status_list_stale"


class CredentialRevoked(ProofRefused):
    """凭证已撤销: the issuer took the credential back; what it says no longer holds."""

    code = "proofs.credential_revoked"


class BearerDiffers(ProofRefused):
    """持有人不符: the identity that was given is not the one whose salted hash the credential carries."""

    code = "proofs.bearer_differs"
