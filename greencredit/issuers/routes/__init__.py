"""Issuers over HTTP: the public register for everybody, and one route for each step of an issuer's life."""

from greencredit.issuers.routes import agencies, documents, filing, life, papers, public, registration
from greencredit.kernel.doors import Doors

router = Doors(tags=["issuers 发行主体"])
for _group in (public, agencies, documents, registration, papers, filing, life):
    router.take(_group.router)
