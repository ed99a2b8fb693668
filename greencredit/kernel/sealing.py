"""Personal fields at rest: sealed with AES-256-GCM, bound to the row they belong to."""

from typing import Final

from greencredit.kernel.ids import Entropy

_NONCE_BYTES: Final = 12


def sealed(key: bytes, text: str, *, bound_to: str, entropy: Entropy) -> bytes:
    """Encrypt a text; it opens only with this key and for what it is bound to, such as its row's key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = entropy(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), bound_to.encode())


def opened(key: bytes, seal: bytes, *, bound_to: str) -> str:
    """Give the text that was sealed; raises `InvalidTag` if anything of it was changed or moved to another row."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key).decrypt(seal[:_NONCE_BYTES], seal[_NONCE_BYTES:], bound_to.encode()).decode()
