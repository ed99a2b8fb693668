"""What a file was called, without folders and without the characters that make a name lie."""

import unicodedata
from pathlib import PurePosixPath
from typing import Final

from greencredit.schemas.documents import MediaType

_LONGEST: Final = 120
# Control, format (bidirectional overrides turn `fdp.exe` round), surrogates, private use, line and paragraph ends.
_UNWANTED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RESERVED: Final = frozenset('<>:"|?*')


def cleaned_name(name: str, media_type: MediaType) -> str:
    """Give the last part of a name as it may be shown and saved; what is left of nothing is called `document`."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        character
        for character in last
        if unicodedata.category(character) not in _UNWANTED and character not in _RESERVED
    )
    path = PurePosixPath(kept.strip(" ."))
    ending = path.suffix if path.suffix.lower() in media_type.endings else media_type.endings[0]
    stem = path.name.removesuffix(path.suffix) if path.suffix.lower() in media_type.endings else path.name
    return f"{stem.strip(' .')[:_LONGEST] or 'document'}{ending}"


def ending_of(name: str) -> str:
    """Give the ending of a name in lower case, with its dot; empty where there is none."""
    return PurePosixPath(name.replace("\\", "/").strip()).suffix.lower()
