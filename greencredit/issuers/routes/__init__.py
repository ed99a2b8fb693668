"""Issuers over HTTP: the public register for everybody, and one route for each step of an issuer's life."""

from fastapi import APIRouter

from greencredit.issuers.routes import agencies, documents, filing, life, papers, public, registration

router = APIRouter(tags=["issuers 发行主体"])
for _group in (public, agencies, documents, registration, papers, filing, life):
    router.include_router(_group.router)
