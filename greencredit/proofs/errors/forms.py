"""What cannot be read: a file, a note, a key or a policy is not written the way its format demands."""

from greencredit.kernel.errors import Refused


class ProofRefused(Refused):
    """证明不成立: a proof does not show what it claims to show."""

    code = "proofs.refused"

    def __init__(self, *, found: object, wanted: object, **facts: object) -> None:
        super().__init__(f"found {found}, wanted {wanted}", found=str(found), wanted=str(wanted), **facts)


class Malformed(ProofRefused):
    """格式有误: what was given is not written the way its format demands."""

    code = "proofs.malformed"


class NotCanonical(ProofRefused):
    """不是规范 JSON: the value or text has no canonical JSON (RFC 8785) in the subset used here."""

    code = "proofs.not_canonical"


class NotText(ProofRefused):
    """不是规范文本: a signed note is UTF-8 without control characters other than the newline."""

    code = "proofs.not_text"


class NewlineMissing(ProofRefused):
    """缺少换行: every line of a signed note ends in a newline."""

    code = "proofs.newline_missing"


class SignatureLineMissing(ProofRefused):
    """缺少签名行: a signed note carries an empty line and at least one signature after its text."""

    code = "proofs.signature_line_missing"


class SignatureLineMalformed(ProofRefused):
    """签名行有误: a signature line is an em dash, the key's name and Base 64, with single spaces between."""

    code = "proofs.signature_line_malformed"


class TooManySignatures(ProofRefused):
    """签名过多: a signed note carries more signatures than anyone needs."""

    code = "proofs.too_many_signatures"


class EncodingMalformed(ProofRefused):
    """编码有误: bytes are written in the standard Base 64 alphabet, padded, in one way only."""

    code = "proofs.encoding_malformed"


class KeyNameMalformed(ProofRefused):
    """密钥名称有误: the name of a key is not empty and holds neither spaces nor a plus sign."""

    code = "proofs.key_name_malformed"


class KeyMalformed(ProofRefused):
    """验证密钥有误: a verifier key is name, key id and Base 64, joined by plus signs, of the length its type has."""

    code = "proofs.key_malformed"


class KeyHintWrong(ProofRefused):
    """密钥标识不符: the four bytes that name a key do not follow from the key itself."""

    code = "proofs.key_hint_wrong"


class KeyTypeUnusable(ProofRefused):
    """密钥类型不可用: this version cannot check or make signatures of that type, or not for this purpose."""

    code = "proofs.key_type_unusable"


class OriginMissing(ProofRefused):
    """缺少日志名称: the first line of a checkpoint names the log."""

    code = "proofs.origin_missing"


class SizeMissing(ProofRefused):
    """缺少日志长度: the second line of a checkpoint is the number of entries."""

    code = "proofs.size_missing"


class SizeMalformed(ProofRefused):
    """日志长度有误: a size is a decimal number without sign or leading zeros."""

    code = "proofs.size_malformed"


class RootMissing(ProofRefused):
    """缺少根哈希: the third line of a checkpoint is the root of the tree."""

    code = "proofs.root_missing"


class ExtensionFound(ProofRefused):
    """检查点有附加行: checkpoints of this platform have no extension lines, as nobody can audit them."""

    code = "proofs.extension_found"


class TilePathMalformed(ProofRefused):
    """分片路径有误: the path names no tile of a log."""

    code = "proofs.tile_path_malformed"


class EntryTooLong(ProofRefused):
    """日志条目过长: an entry has at most 65,535 bytes."""

    code = "proofs.entry_too_long"


class PolicyMalformed(ProofRefused):
    """信任策略有误: a line of the trust policy cannot be used."""

    code = "proofs.policy_malformed"
