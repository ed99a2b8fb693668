"""The verbs of actions: publish factors, keep methods, set a baseline with a document, use a certificate once."""

from greencredit.actions.service.certificates import use_certificate, use_certificates
from greencredit.actions.service.factors import keep_methods, publish_factors
from greencredit.actions.service.overrides import decide_override, propose_override

__all__ = [
    "decide_override",
    "keep_methods",
    "propose_override",
    "publish_factors",
    "use_certificate",
    "use_certificates",
]
