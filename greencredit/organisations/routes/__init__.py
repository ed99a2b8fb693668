"""Organisations over HTTP: their units and figures, one's own memberships, accounts of enterprises."""

from fastapi import APIRouter

from greencredit.organisations.routes import belonging, keeping, wallet

router = APIRouter()
for part in (keeping, belonging, wallet):
    router.include_router(part.router)
