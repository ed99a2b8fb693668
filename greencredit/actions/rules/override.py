"""What an approved document puts in place of a published factor or an input, as the calculation keeps and says it."""

from datetime import timedelta

from greencredit.schemas.actions import FactorUse, Override, OverrideUse
from greencredit.schemas.values import Words


def overridden(use: FactorUse, override: Override) -> FactorUse:
    """Put an approved value in place of the published one; the factor that it replaces stays named."""
    return use.model_copy(
        update={
            "value": override.value,
            "valid_from": override.since,
            "valid_to": None if override.until is None else override.until - timedelta(days=1),
            "publisher": override.publisher,
            "document": override.document,
            "tier": override.tier,
            "fallback_for": None,
            "is_proxy": False,
            "window_holds": True,
            "override": override_use(override, replaced=use.value),
        }
    )


def override_use(override: Override, *, replaced: str | None) -> OverrideUse:
    """Keep of an override what a calculation must name for ever."""
    kept = {name: getattr(override, name) for name in OverrideUse.model_fields if name != "replaced"}
    return OverrideUse.model_validate(kept | {"replaced": replaced})


def set_in_place(name: str, override: OverrideUse) -> Words:
    """Say which document set a value, where in it, for whom, and what would have counted without it."""
    instead = (
        Words(zh="", en="")
        if override.replaced is None
        else Words(zh=f"，代替公布值 {override.replaced}", en=f", in place of the published {override.replaced}")
    )
    place, page, version = override.place, override.page, override.version
    return Words(
        zh=f"{name} 按 {place} 经复核的设定（第 {version} 版）取 {override.value}{instead.zh}；"
        f"依据 {override.publisher}《{override.document}》{page}。",
        en=f"{name} is set to {override.value}{instead.en} for {place} (version {version}, approved by a second "
        f"person): {override.publisher}, {override.document}, {page}.",
    )
