"""Reads of the ledger: balances, trajectories, positions, receipts, and the audit that trusts none of them."""

from greencredit.ledger.queries.audit import CHECKS as CHECKS
from greencredit.ledger.queries.audit import audit as audit
from greencredit.ledger.queries.balances import balances_of as balances_of
from greencredit.ledger.queries.balances import expiring as expiring
from greencredit.ledger.queries.balances import owed_by as owed_by
from greencredit.ledger.queries.balances import position_of as position_of
from greencredit.ledger.queries.balances import totals_of as totals_of
from greencredit.ledger.queries.events import earnings as earnings
from greencredit.ledger.queries.events import earnings_by as earnings_by
from greencredit.ledger.queries.events import movements_of as movements_of
from greencredit.ledger.queries.events import posted_at as posted_at
from greencredit.ledger.queries.events import reversed_by_award as reversed_by_award
from greencredit.ledger.queries.happened import Happening as Happening
from greencredit.ledger.queries.happened import happened as happened
from greencredit.ledger.queries.names import holder_number as holder_number
from greencredit.ledger.queries.names import subjects_of as subjects_of
