"""The laws of the ledger as tables and pure functions: paths, keys, decisions on paper, attribution, sealing."""

from greencredit.ledger.rules.allocate import Attribution as Attribution
from greencredit.ledger.rules.allocate import Place as Place
from greencredit.ledger.rules.allocate import Slice as Slice
from greencredit.ledger.rules.allocate import Step as Step
from greencredit.ledger.rules.allocate import Whereabouts as Whereabouts
from greencredit.ledger.rules.allocate import allocate as allocate
from greencredit.ledger.rules.book import Book as Book
from greencredit.ledger.rules.book import Fact as Fact
from greencredit.ledger.rules.book import Row as Row
from greencredit.ledger.rules.book import SeriesFacts as SeriesFacts
from greencredit.ledger.rules.invariants import INVARIANTS as INVARIANTS
from greencredit.ledger.rules.keys import KEY_BYTES as KEY_BYTES
from greencredit.ledger.rules.keys import dated_key as dated_key
from greencredit.ledger.rules.keys import key_of as key_of
from greencredit.ledger.rules.paths import BELOW_ZERO as BELOW_ZERO
from greencredit.ledger.rules.paths import MOST as MOST
from greencredit.ledger.rules.paths import NEVER as NEVER
from greencredit.ledger.rules.paths import PATHS as PATHS
from greencredit.ledger.rules.paths import PERSONAL as PERSONAL
from greencredit.ledger.rules.paths import SERIAL_VERBS as SERIAL_VERBS
from greencredit.ledger.rules.paths import leaf_of as leaf_of
from greencredit.ledger.rules.paths import leaves_of as leaves_of
from greencredit.ledger.rules.paths import parts_of as parts_of
from greencredit.ledger.rules.verbs import plan as plan
from greencredit.ledger.rules.verbs import print_of as print_of
from greencredit.ledger.rules.verbs import says_the_same as says_the_same
