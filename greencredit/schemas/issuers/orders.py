"""What is sent over HTTP to take a step."""

from datetime import date
from typing import Annotated

from pydantic import Field

from greencredit.schemas.issuers.agencies import NewAgency
from greencredit.schemas.issuers.desk import FieldReason, FilingNumber
from greencredit.schemas.issuers.papers import NewAssessment, NewCertificate
from greencredit.schemas.issuers.registration import NewIssuer
from greencredit.schemas.issuers.scheme import Scheme
from greencredit.schemas.issuers.texts import Digest, Line
from greencredit.schemas.values import Record


class StepOrder(Record):
    """What is sent to take a step that needs nothing but a reason and, where there is one, a document."""

    reason: Line
    document_digest: Digest | None = None


class RegisterOrder(Record):
    """What is sent to register or amend a registration."""

    issuer: NewIssuer
    reason: Line


class CertifyOrder(Record):
    """What is sent to take in a certificate."""

    certificate: NewCertificate
    reason: Line


class AssessOrder(Record):
    """What is sent to take in an assessment."""

    assessment: NewAssessment
    reason: Line


class ConditionOrder(Record):
    """What is sent to record that a condition was met, with the proof."""

    reason: Line
    document_digest: Digest


class FileOrder(Record):
    """What is sent to draft a version of a filing."""

    scheme: Scheme
    reason: Line


class ReportOrder(Record):
    """What the owner of a section sends when it has checked the section."""

    passed: bool
    report_digest: Digest
    summary: Line


class SchemeOrder(Record):
    """What is sent to have a scheme checked before anything is drafted."""

    scheme: Scheme


class AdmitOrder(StepOrder):
    """What the regulator sends when the papers are complete."""

    digest: Digest | None = None
    """Of the version that was looked through; another one is refused."""


class Decision(StepOrder):
    """What the regulator sends with acceptance: the filing number and, for a later day, when it takes effect."""

    number: FilingNumber
    effective_on: date | None = None
    digest: Digest
    """Of the version that was read and decided on; another one is refused."""


class ReturnOrder(StepOrder):
    """What the regulator sends to give a version back: what is wrong, field by field."""

    fields: Annotated[tuple[FieldReason, ...], Field(min_length=1, max_length=200)]
    digest: Digest | None = None


class RefuseOrder(StepOrder):
    """What the regulator sends to refuse a version for good."""

    fields: Annotated[tuple[FieldReason, ...], Field(max_length=200)] = ()
    digest: Digest | None = None


class AgencyOrder(Record):
    """What is sent to enter an agency in the register."""

    agency: NewAgency
    reason: Line


class AgencyStandingOrder(Record):
    """What is sent to withdraw an agency, or to list it again, from a day on."""

    since: date
    reason: Line
    approval_number: Line | None = None
    """Of an agency that is listed again."""


class ReasonOrder(Record):
    """What is sent where nothing but a reason is needed."""

    reason: Line
