"""Documents over HTTP: handing a file in; whoever may read a dossier takes its files from the issuer's own address."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import UploadFile
from starlette.concurrency import run_in_threadpool

from greencredit.documents import queries, service
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Posting, Reading, posts
from greencredit.schemas.documents import HandedIn

router = Doors(prefix="/documents", tags=["documents 材料"])


@router.post("", status_code=201)
async def hand_in(
    posting: Annotated[Posting, posts("document.hand_in")], session: Reading, settings: Configured, file: UploadFile
) -> HandedIn:
    """上传材料: hand a PDF, PNG or JPEG in; orders name it by the digest in the answer. Again changes nothing."""
    said = {"name": file.filename or "", "declared": file.content_type or ""}
    folder = settings.data_dir / queries.FOLDER
    looked = await run_in_threadpool(service.receive, session, posting.actor, folder, file.file, **said)
    done: HandedIn = await posting.submit(service.hand_in_each, (posting.actor, looked), concerns=_of_one)
    return done


def _of_one(done: HandedIn) -> tuple[str, Mapping[str, object]]:
    return done.digest, {"size_bytes": done.size_bytes, "media_type": done.media_type.value}
