"""Numbers with check digits, canonical facts and their digest, sums of award lines, axes of charts: all of it pure."""

from greencredit.reports.rules.figures import KIND_BUDGET as KIND_BUDGET
from greencredit.reports.rules.figures import ROW_BUDGET as ROW_BUDGET
from greencredit.reports.rules.figures import Imprint as Imprint
from greencredit.reports.rules.figures import Key as Key
from greencredit.reports.rules.figures import axis_of as axis_of
from greencredit.reports.rules.figures import cap_words as cap_words
from greencredit.reports.rules.figures import condition_words as condition_words
from greencredit.reports.rules.figures import digest_of as digest_of
from greencredit.reports.rules.figures import factor_notes as factor_notes
from greencredit.reports.rules.figures import facts_json as facts_json
from greencredit.reports.rules.figures import families_of as families_of
from greencredit.reports.rules.figures import funding_words as funding_words
from greencredit.reports.rules.figures import granted as granted
from greencredit.reports.rules.figures import kinds_of as kinds_of
from greencredit.reports.rules.figures import method_note as method_note
from greencredit.reports.rules.figures import months_in as months_in
from greencredit.reports.rules.figures import months_of as months_of
from greencredit.reports.rules.figures import name_words as name_words
from greencredit.reports.rules.figures import number_of as number_of
from greencredit.reports.rules.figures import rate_words as rate_words
from greencredit.reports.rules.figures import require_number as require_number
from greencredit.reports.rules.figures import totals_of as totals_of
from greencredit.reports.rules.standing import coverage_months as coverage_months
from greencredit.reports.rules.standing import coverage_note as coverage_note
from greencredit.reports.rules.standing import statement_note as statement_note
from greencredit.reports.rules.standing import version_note as version_note
