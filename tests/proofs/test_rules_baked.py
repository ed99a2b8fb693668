"""Baked pictures: what was put in comes out, once; broken, compressed, doubled and hostile pictures are refused."""

import zlib

import pytest

from greencredit.proofs.errors import PictureMalformed
from greencredit.proofs.rules.baked import KEYWORD, NAMESPACE, PNG_MAGIC, bake_png, bake_svg, from_png, from_svg


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """Write one chunk of a PNG."""
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


HEAD = chunk(b"IHDR", bytes.fromhex("00000001000000010800000000"))
PLAIN = PNG_MAGIC + HEAD + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0"/></svg>'
OURS = KEYWORD.encode() + b"\0\0\0\0\0"


@pytest.mark.proves("REP-11")
def test_a_png_carries_its_credential_once() -> None:
    baked = bake_png(bake_png(PLAIN, "one"), "二.2.3")

    assert from_png(baked) == "二.2.3"
    assert baked.count(KEYWORD.encode()) == 1
    assert baked == PLAIN[:-12] + chunk(b"iTXt", OURS + "二.2.3".encode()) + chunk(b"IEND")


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("at", [0, 12, 20, 50, 70, -30, -5])
def test_one_byte_of_a_png_is_found(at: int) -> None:
    baked = bytearray(bake_png(PLAIN, "a.b.c"))
    baked[at] ^= 1

    with pytest.raises(PictureMalformed):
        from_png(bytes(baked))


@pytest.mark.parametrize(
    "picture",
    [
        PLAIN,
        PNG_MAGIC,
        PNG_MAGIC + HEAD,
        PNG_MAGIC + chunk(b"IDAT") + chunk(b"IEND"),
        bake_png(PLAIN, "a") + b"more",
        PLAIN[:-12] + 2 * chunk(b"iTXt", OURS + b"a") + chunk(b"IEND"),
        PLAIN[:-12] + chunk(b"iTXt", KEYWORD.encode() + b"\0\x01\0\0\0" + zlib.compress(b"a")) + chunk(b"IEND"),
        PLAIN[:-12] + chunk(b"iTXt", KEYWORD.encode() + b"\0\0\0a") + chunk(b"IEND"),
        b"GIF89a",
    ],
)
def test_a_png_without_exactly_one_plain_credential_is_refused(picture: bytes) -> None:
    with pytest.raises(PictureMalformed):
        from_png(picture)


@pytest.mark.proves("REP-11")
def test_an_svg_carries_its_credential_right_after_its_root() -> None:
    baked = bake_svg(SVG, 'a."b".c')

    assert from_svg(baked.encode()) == 'a."b".c'
    assert 'viewBox="0 0 1 1"><openbadges:credential verify=' in baked
    assert f'xmlns:openbadges="{NAMESPACE}"' in baked


def test_a_document_in_the_body_is_read_too() -> None:
    body = f'<o:credential xmlns:o="{NAMESPACE}"><![CDATA[ {{"a":1}} ]]></o:credential>'

    assert from_svg(SVG.replace("<path", f"{body}<path").encode()) == '{"a":1}'


_ONE = f'<o:credential xmlns:o="{NAMESPACE}" verify="a"/>'


@pytest.mark.parametrize(
    "picture",
    [
        SVG,
        SVG[:-3],
        SVG.replace("<path", f"{_ONE}{_ONE}<path"),
        f"<html>{_ONE}</html>",
        SVG.replace("<path", f'<o:credential xmlns:o="{NAMESPACE}"><path/></o:credential><path'),
        f'<!DOCTYPE svg [<!ENTITY a "b">]>{SVG.replace("<path", f"{_ONE}<path")}',
        f'<?xml version="1.0"?><!DOCTYPE svg SYSTEM "file:///etc/hosts">{SVG.replace("<path", f"{_ONE}<path")}',
    ],
    ids=["none", "cut off", "two", "no svg", "an element inside", "a document type", "one from elsewhere"],
)
def test_an_svg_without_exactly_one_credential_is_refused(picture: str) -> None:
    with pytest.raises(PictureMalformed):
        from_svg(picture.encode())
