"""Pictures of a badge: the same scene gives the same bytes, the figures are in them, and they carry what they prove."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from PIL import Image

from greencredit.badges.render import png, svg
from greencredit.badges.rules.drawing import badge, emblem
from greencredit.proofs.rules.baked import bake_png, bake_svg, from_png, from_svg
from greencredit.reports.render import fonts
from greencredit.schemas.badges import PortableProof
from greencredit.schemas.values import Period


def make_shape(**changes: Any) -> PortableProof:  # noqa: ANN401 - any fact
    """Give the shape of a proof."""
    found: dict[str, Any] = {
        "number": "GC-26-BCDFGHJ-KLMNPQR-42",
        "credential_id": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "lang": "zh",
        "period": Period(since=date(2025, 1, 1), until=date(2026, 1, 1)),
        "awards": 126,
        "credits": 4160,
        "avoided_g_co2e": 213_690,
        "status_list": 1,
        "status_index": 7,
        "sha256": "0" * 64,
        "issued_at": datetime(2026, 3, 2, tzinfo=UTC),
        "revoked_at": None,
        "why_revoked": None,
    }
    return PortableProof.model_validate({**found, **changes})


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_badge_is_drawn_alike_each_time_and_carries_its_token(lang: str) -> None:
    scene = badge(make_shape(lang=lang))

    picture, drawing = png(scene), svg(scene)

    assert (picture, drawing) == (png(scene), svg(scene))
    assert (from_png(bake_png(picture, "a.b.c")), from_svg(bake_svg(drawing, "a.b.c").encode())) == ("a.b.c", "a.b.c")
    with Image.open(io.BytesIO(bake_png(picture, "a.b.c"))) as opened:
        assert (opened.size, opened.text) == ((640, 640), {"openbadgecredential": "a.b.c"})  # type: ignore[attr-defined] # of PNG files
    assert len(picture) < 60_000


def test_a_badge_says_its_figures_to_whoever_cannot_see_it() -> None:
    scene = badge(make_shape())

    assert scene.title == "环保行动证明"
    assert scene.description == (
        "2025-01-01 至 2025-12-31; 213.7; 千克 CO₂e; 与核算方法的基准相比避免的排放; "
        "126 笔有凭证的消费与行动; GC-26-BCDFGHJ-KLMNPQR-42"
    )
    assert f"<desc>{scene.description}</desc>" in svg(scene)


@pytest.mark.parametrize("grams", [None, 0, -5])
def test_where_nothing_was_avoided_no_figure_is_shown(grams: int | None) -> None:
    texts = [one.text for one in badge(make_shape(avoided_g_co2e=grams)).texts]

    assert [text for text in texts if "CO₂e" in text] == []


@pytest.mark.parametrize(
    ("grams", "written"),
    [(99, ("99", "克 CO₂e")), (213_690, ("213.7", "千克 CO₂e")), (1_234_567_890, ("1,234,568", "千克 CO₂e"))],
)
def test_a_mass_is_written_as_on_the_report(grams: int, written: tuple[str, str]) -> None:
    _, number, unit, *_ = [one.text for one in badge(make_shape(avoided_g_co2e=grams)).texts[1:]]

    assert (number, unit) == written


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_letter_is_drawn(lang: str) -> None:
    for scene in (badge(make_shape(lang=lang)), emblem("zh"), emblem("en")):
        fonts.require_glyphs("".join(one.text for one in scene.texts))


def test_the_emblem_is_nobodys() -> None:
    assert [one.text for one in emblem("zh").texts] == ["环保行动证明"]
