"""Awards over HTTP: giving them and explaining them, accounts of enterprises, and shortages that are given up."""

from fastapi import APIRouter

from greencredit.awards.routes import awards, enterprise

router = APIRouter()
for _group in (awards, enterprise):
    router.include_router(_group.router)
hot = awards.hot
"""The doors of issuers' machines; they are looked at before all others."""
