"""Reads of organisations: who they are, who belongs to them, what was published of them, what an enterprise has."""

from greencredit.organisations.queries.figures import figures, group_facts, period_figures, publications, unit_facts
from greencredit.organisations.queries.members import (
    membership,
    memberships_of,
    roster,
    stays_of,
)
from greencredit.organisations.queries.register import (
    in_unit,
    notice,
    organisation,
    organisations,
    places_of_group,
    places_of_roster,
    places_of_unit,
    tree_of,
    unit,
)
from greencredit.organisations.queries.wallet import account, names_of, partner_names, statement

__all__ = [
    "account",
    "figures",
    "group_facts",
    "in_unit",
    "membership",
    "memberships_of",
    "names_of",
    "notice",
    "organisation",
    "organisations",
    "partner_names",
    "period_figures",
    "places_of_group",
    "places_of_roster",
    "places_of_unit",
    "publications",
    "roster",
    "statement",
    "stays_of",
    "tree_of",
    "unit",
    "unit_facts",
]
