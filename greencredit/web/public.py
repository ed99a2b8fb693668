"""What is open to everybody: the front page, the public register, the verify page, methods, the list of error codes."""

from typing import Annotated

from fastapi import Form, Query, Request, Response, UploadFile
from fastapi.responses import PlainTextResponse

from greencredit.kernel.doors import Doors
from greencredit.kernel.errors import Refused
from greencredit.kernel.http import Permit, Reading, requires, settings_of
from greencredit.proofs.rules.exchange import witness_name_of
from greencredit.reports import service as reports
from greencredit.schemas.web import VerifyPage
from greencredit.web import methods, pages, register, verification
from greencredit.web.carried import page_of_credential
from greencredit.web.codes import error_rooms
from greencredit.web.proven import page_of_proof

router = Doors(include_in_schema=False)

Anyone = Annotated[Permit, requires("public.read")]
Typed = Annotated[str, Query(max_length=100)]


class UploadTooLarge(Refused):
    """文件过大: a report is smaller than what was sent."""

    code = "web.upload_too_large"


@router.get("/")
def landing(permit: Anyone, request: Request, session: Reading) -> Response:
    """Show what this is (首页)."""
    return pages.render(request, permit.actor, "landing.html", landing=register.landing(session))


@router.get("/register")
def registered(
    permit: Anyone,
    request: Request,
    session: Reading,
    q: Typed = "",
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> Response:
    """Show who may issue (公开登记)."""
    return pages.render(request, permit.actor, "register.html", page=register.register(session, q, page))


@router.get("/register/{issuer_id}")
def registered_issuer(permit: Anyone, request: Request, session: Reading, issuer_id: str) -> Response:
    """Show one issuer (发行主体)."""
    return pages.render(request, permit.actor, "issuer.html", page=register.issuer(session, issuer_id))


@router.get("/verify")
def verify(permit: Anyone, request: Request, number: Typed = "") -> Response:
    """Ask for a number or a file (核验)."""
    if number.strip():
        return pages.see_other(f"/verify/{pages.in_path(number.strip())}")
    return pages.render(request, permit.actor, "verify.html")


@router.get("/verify/withdrawn.txt", dependencies=[requires("public.read")])
def withdrawn(request: Request, session: Reading) -> Response:
    """Give the signed list of reports that no longer stand; a copy of it is enough to check off line (已撤销清单)."""
    listed = reports.status_list(session, reports.seal_source(settings_of(request)))
    return PlainTextResponse(listed, headers={"Content-Disposition": 'attachment; filename="withdrawn.txt"'})


@router.get("/verify/{number}")
def verify_number(
    permit: Anyone, request: Request, session: Reading, number: str, digest: Typed | None = None
) -> Response:
    """Show what is on file for a number: the page behind the QR code (核验结果)."""
    return _answer(request, permit, verification.page_of(session, number, digest))


@router.post("/verify")
def verify_file(
    permit: Anyone, request: Request, session: Reading, file: UploadFile, number: Annotated[str, Form()] = ""
) -> Response:
    """Compare a file with what was issued; nothing of it is kept (核对文件)."""
    content = file.file.read(verification.LARGEST_UPLOAD_BYTES + 1)
    if len(content) > verification.LARGEST_UPLOAD_BYTES:
        message = f"a report has at most {verification.LARGEST_UPLOAD_BYTES} bytes, found more"
        raise UploadTooLarge(message, most_bytes=verification.LARGEST_UPLOAD_BYTES)
    own_name = witness_name_of(settings_of(request).public_url)
    proven = page_of_credential(session, content, settings_of(request).public_url)
    proven = proven or page_of_proof(session, content, own_name)
    if proven is not None:
        return pages.render(request, permit.actor, "verify_proof.html", page=proven)
    return _answer(request, permit, verification.page_of_file(session, content, own_name, number))


@router.get("/methods")
def every_method(permit: Anyone, request: Request, session: Reading) -> Response:
    """Show by which methods CO2e is counted (减排方法)."""
    return pages.render(request, permit.actor, "methods.html", page=methods.methods(session))


@router.get("/methods/{name}")
def one_method(permit: Anyone, request: Request, session: Reading, name: str) -> Response:
    """Show one method with its factors, sources and a worked example (一种减排方法)."""
    return pages.render(request, permit.actor, "method.html", page=methods.method(session, name))


@router.get("/errors")
def errors(permit: Anyone, request: Request) -> Response:
    """List every refusal of the platform; the `type` of a problem document points here (错误代码)."""
    return pages.render(request, permit.actor, "errors.html", rooms=error_rooms())


def _answer(request: Request, permit: Permit, page: VerifyPage) -> Response:
    status = 200 if page.found else 404
    return pages.render(request, permit.actor, "verify_number.html", status=status, page=page)
