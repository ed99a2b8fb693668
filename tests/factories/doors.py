"""The whole application as tests open it, and what is sent through its doors."""

from datetime import date
from functools import cache
from typing import Any

from fastapi import FastAPI

from greencredit.app.main import create_app
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from tests.factories.documents import example_document
from tests.factories.issuers import new_assessment, new_certificate, new_issuer, new_scheme


def make_app(database: Database, settings: Settings) -> FastAPI:
    """Give the application without workers."""
    return create_app(database, settings)


@cache
def description() -> dict[str, Any]:
    """Give what the API tells of itself, worked out once; to describe itself it opens no database."""
    return create_app(Database("sqlite://"), Settings()).openapi()


def bodies_of_doors(today: date) -> dict[str, Any]:
    """Give what is sent through the doors that ask for more than a reason."""
    why = {"reason": "示例原因"}
    return {
        "/api/v1/api-keys": {"name": "示例收银机", "scopes": ["me.read"]},
        "/api/v1/issuers": {"issuer": new_issuer(number=7).model_dump(mode="json"), **why},
        "/api/v1/issuers/{issuer_id}": {"issuer": new_issuer().model_dump(mode="json"), **why},
        "/api/v1/issuers/{issuer_id}/certificates": {
            "certificate": new_certificate(today).model_dump(mode="json"),
            **why,
        },
        "/api/v1/issuers/{issuer_id}/assessments": {
            "assessment": new_assessment(today).model_dump(mode="json"),
            **why,
        },
        "/api/v1/issuers/{issuer_id}/filings": {"scheme": new_scheme().model_dump(mode="json"), **why},
        "/api/v1/filings/{filing_id}/sections/{section}/reports": {
            "passed": True,
            "report_digest": example_document("示例材料.pdf").digest,
            "summary": "示例结论",
        },
        "/api/v1/filings/{filing_id}/accept": {"number": "示例备字 1 号", "digest": "0" * 64, **why},
        "/api/v1/filings/{filing_id}/return": {"fields": [{"path": "title", "reason": "示例"}], **why},
        "/api/v1/issuers/{issuer_id}/filings/check": {"scheme": new_scheme().model_dump(mode="json")},
    }
