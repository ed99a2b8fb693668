"""Quantifies what measured actions avoided; what cannot be computed honestly is sent back with its reason."""

from collections.abc import Sequence
from typing import NamedTuple

from greencredit.actions import queries as actions
from greencredit.actions import rules as quantification
from greencredit.evidence import rules as evidence
from greencredit.kernel.errors import Refusal
from greencredit.schemas.actions import Quantification
from greencredit.schemas.evidence import Item, Reject, RejectCode

_QUANTITY = "quantity"
_CHARACTERS = 200


class Measured(NamedTuple):
    """Items with their quantification, and the lines that could not be quantified."""

    quantifications: dict[int, Quantification]
    rejects: list[Reject]


def measure(items: Sequence[Item], *, region: str, book: quantification.FactorBook) -> Measured:
    """Compute each action's grams in a region from the factors in force on its day."""
    catalogue = {action.name: action for action in actions.actions()}
    found: dict[int, Quantification] = {}
    rejects: list[Reject] = []
    for item in items:
        action = catalogue[item.subject]
        takes_quantity = any(one.name == _QUANTITY for one in action.inputs)
        try:
            found[item.evidence_id] = quantification.quantify(
                action,
                inputs={_QUANTITY: item.quantity, **item.inputs} if takes_quantity else item.inputs,
                region=region,
                on=item.on,
                book=book,
            )
        except Refusal as refusal:
            rejects.append(_sent_back(item, refusal))
    return Measured(found, rejects)


def _sent_back(item: Item, refusal: Refusal) -> Reject:
    """Say what was wrong: the input that is missing or out of range, else the factor that no award may rest on."""
    facts = refusal.facts
    is_input = refusal.code.startswith(("actions.input", "actions.result_out_of_range"))
    code = RejectCode.BAD_INPUTS if is_input else RejectCode.NOT_QUANTIFIED
    field = facts.get("input") or facts.get("give") or facts.get("factor") or facts.get("series") or item.subject
    _, line = evidence.place_of(item.evidence_id)
    found = evidence.shown(facts.get("found") or facts.get("tier"))
    return Reject(line, code.value, str(field), found, refusal.message[:_CHARACTERS])
