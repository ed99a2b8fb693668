"""What a report says, complete and frozen: the page, the embedded JSON and the verify page all read these shapes.

Nothing here is computed while printing. Amounts are integers (credits, fen, grams of CO2e); quantities of actions and
values of factors are decimals written out. Codes and free names are text; whatever a reader sees in two languages is
`Words`. The pure functions that sum award lines up are in `greencredit.reports.rules`.
"""

from greencredit.schemas.reports.consumer import AwardLine as AwardLine
from greencredit.schemas.reports.consumer import AwardStatus as AwardStatus
from greencredit.schemas.reports.consumer import ConsumerReport as ConsumerReport
from greencredit.schemas.reports.consumer import ContributionTotals as ContributionTotals
from greencredit.schemas.reports.consumer import CreditFlow as CreditFlow
from greencredit.schemas.reports.consumer import FamilyLine as FamilyLine
from greencredit.schemas.reports.consumer import FamilyTitle as FamilyTitle
from greencredit.schemas.reports.consumer import IssuerNote as IssuerNote
from greencredit.schemas.reports.consumer import MonthLine as MonthLine
from greencredit.schemas.reports.consumer import NotCountedLine as NotCountedLine
from greencredit.schemas.reports.consumer import OwedNote as OwedNote
from greencredit.schemas.reports.consumer import ParticipantMean as ParticipantMean
from greencredit.schemas.reports.consumer import ReportHolder as ReportHolder
from greencredit.schemas.reports.issued import IssuedReport as IssuedReport
from greencredit.schemas.reports.issuer_filing import AssessmentNote as AssessmentNote
from greencredit.schemas.reports.issuer_filing import CertificateNote as CertificateNote
from greencredit.schemas.reports.issuer_filing import ConditionNote as ConditionNote
from greencredit.schemas.reports.issuer_filing import CoverageMonth as CoverageMonth
from greencredit.schemas.reports.issuer_filing import CoverageNote as CoverageNote
from greencredit.schemas.reports.issuer_filing import EarningRuleNote as EarningRuleNote
from greencredit.schemas.reports.issuer_filing import GuaranteeNote as GuaranteeNote
from greencredit.schemas.reports.issuer_filing import IndicatorNote as IndicatorNote
from greencredit.schemas.reports.issuer_filing import IntakeFigures as IntakeFigures
from greencredit.schemas.reports.issuer_filing import IssuanceFigures as IssuanceFigures
from greencredit.schemas.reports.issuer_filing import IssuanceMonth as IssuanceMonth
from greencredit.schemas.reports.issuer_filing import IssuerFiling as IssuerFiling
from greencredit.schemas.reports.issuer_filing import LiabilityMonth as LiabilityMonth
from greencredit.schemas.reports.issuer_filing import LifeNote as LifeNote
from greencredit.schemas.reports.issuer_filing import Registration as Registration
from greencredit.schemas.reports.issuer_filing import RejectLine as RejectLine
from greencredit.schemas.reports.issuer_filing import RuleFigures as RuleFigures
from greencredit.schemas.reports.issuer_filing import SchemeNote as SchemeNote
from greencredit.schemas.reports.issuer_filing import StatementNote as StatementNote
from greencredit.schemas.reports.issuer_filing import Verdict as Verdict
from greencredit.schemas.reports.issuer_filing import VersionNote as VersionNote
from greencredit.schemas.reports.project import AdjustmentNote as AdjustmentNote
from greencredit.schemas.reports.project import BaselineNote as BaselineNote
from greencredit.schemas.reports.project import CandidateNote as CandidateNote
from greencredit.schemas.reports.project import CurvePoint as CurvePoint
from greencredit.schemas.reports.project import DayPoint as DayPoint
from greencredit.schemas.reports.project import FanPoint as FanPoint
from greencredit.schemas.reports.project import ProjectNote as ProjectNote
from greencredit.schemas.reports.project import ProjectReport as ProjectReport
from greencredit.schemas.reports.project import ProjectStepNote as ProjectStepNote
from greencredit.schemas.reports.project import ResidualPoint as ResidualPoint
from greencredit.schemas.reports.project import SavedMonth as SavedMonth
from greencredit.schemas.reports.project import SavingNote as SavingNote
from greencredit.schemas.reports.project import SegmentNote as SegmentNote
from greencredit.schemas.reports.project import ShareNote as ShareNote
from greencredit.schemas.reports.project import TestNote as TestNote
from greencredit.schemas.reports.proof import ParticipationProof as ParticipationProof
from greencredit.schemas.reports.proof import ProofFamily as ProofFamily
from greencredit.schemas.reports.proof import ProofIssuer as ProofIssuer
from greencredit.schemas.reports.proof import ProofMethod as ProofMethod
from greencredit.schemas.reports.proof import ProofMonth as ProofMonth
from greencredit.schemas.reports.shared import Count as Count
from greencredit.schemas.reports.shared import FactorNote as FactorNote
from greencredit.schemas.reports.shared import Ground as Ground
from greencredit.schemas.reports.shared import KindLine as KindLine
from greencredit.schemas.reports.shared import Lang as Lang
from greencredit.schemas.reports.shared import MethodNote as MethodNote
from greencredit.schemas.reports.shared import Notice as Notice
from greencredit.schemas.reports.shared import Quantity as Quantity
from greencredit.schemas.reports.shared import ReportFacts as ReportFacts
from greencredit.schemas.reports.shared import Sha256 as Sha256
from greencredit.schemas.reports.shared import StandardNote as StandardNote
from greencredit.schemas.reports.shared import Tier as Tier
from greencredit.schemas.reports.statement import MovementStatement as MovementStatement
from greencredit.schemas.reports.statement import StatementAccount as StatementAccount
from greencredit.schemas.reports.statement import StatementLine as StatementLine
from greencredit.schemas.reports.statement import VerbSum as VerbSum
