"""Shapes of energy-saving projects: meter data, model, baseline, measurement, sign-off and what it leaves to awards.

Energy is a whole number of thousandths of the carrier's unit (watt-hours, litres of gas, megajoules), temperature a
whole number of thousandths of a degree Celsius; what a model multiplies is a decimal written out. So every record can
be computed again from itself, digit by digit.
"""

from greencredit.schemas.projects.baseline import Baseline as Baseline
from greencredit.schemas.projects.baseline import Candidate as Candidate
from greencredit.schemas.projects.baseline import Criterion as Criterion
from greencredit.schemas.projects.baseline import FitTest as FitTest
from greencredit.schemas.projects.baseline import Form as Form
from greencredit.schemas.projects.baseline import Model as Model
from greencredit.schemas.projects.baseline import Sense as Sense
from greencredit.schemas.projects.baseline import Stage as Stage
from greencredit.schemas.projects.baseline import Statistics as Statistics
from greencredit.schemas.projects.baseline import UncertaintyTerms as UncertaintyTerms
from greencredit.schemas.projects.measurement import Adjustment as Adjustment
from greencredit.schemas.projects.measurement import AdjustmentDecision as AdjustmentDecision
from greencredit.schemas.projects.measurement import MeasuredLine as MeasuredLine
from greencredit.schemas.projects.measurement import Measurement as Measurement
from greencredit.schemas.projects.measurement import NewAdjustment as NewAdjustment
from greencredit.schemas.projects.measurement import NewDecision as NewDecision
from greencredit.schemas.projects.measurement import Recomputed as Recomputed
from greencredit.schemas.projects.measurement import Segment as Segment
from greencredit.schemas.projects.measurement import Uncertainty as Uncertainty
from greencredit.schemas.projects.project import Claim as Claim
from greencredit.schemas.projects.project import DataFile as DataFile
from greencredit.schemas.projects.project import KeptBaseline as KeptBaseline
from greencredit.schemas.projects.project import KeptMeasurement as KeptMeasurement
from greencredit.schemas.projects.project import KeptRecord as KeptRecord
from greencredit.schemas.projects.project import NewProject as NewProject
from greencredit.schemas.projects.project import NewRefusal as NewRefusal
from greencredit.schemas.projects.project import NewSignOff as NewSignOff
from greencredit.schemas.projects.project import Participant as Participant
from greencredit.schemas.projects.project import Project as Project
from greencredit.schemas.projects.project import ProjectLine as ProjectLine
from greencredit.schemas.projects.project import ProjectState as ProjectState
from greencredit.schemas.projects.project import ProjectStep as ProjectStep
from greencredit.schemas.projects.project import Share as Share
from greencredit.schemas.projects.project import SignedOff as SignedOff
from greencredit.schemas.projects.series import Carrier as Carrier
from greencredit.schemas.projects.series import CarrierFacts as CarrierFacts
from greencredit.schemas.projects.series import Grain as Grain
from greencredit.schemas.projects.series import Interval as Interval
from greencredit.schemas.projects.series import MeterSeries as MeterSeries
from greencredit.schemas.projects.series import ModelGrain as ModelGrain
from greencredit.schemas.projects.series import Part as Part
