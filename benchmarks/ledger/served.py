"""One server process on one core: `python -m benchmarks.ledger.served CORE PORT ours|empty|raw`.

`ours` is the whole application of an installation; `empty` a FastAPI application with one POST and a pydantic body;
`raw` an ASGI application without any framework, which reads the body and answers.
"""

import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Literal

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

Message = MutableMapping[str, Any]
_ANSWER: Final = b'{"event_id":1,"repeated":false}'


class Award(BaseModel):
    """The body of a single award."""

    consumer: str
    credits: int
    promotion: str


def empty() -> FastAPI:
    """Give an application that reads an award and does nothing with it."""
    app = FastAPI()

    @app.post("/awards", status_code=201)
    async def give(award: Award) -> dict[str, object]:
        return {"event_id": award.credits, "repeated": False}

    return app


async def raw(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Read a body to its end and answer."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_ANSWER))]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": _ANSWER})


def serve(core: int, port: int, name: str) -> None:
    """Serve until told to stop, with the quicker event loop and parser where they are installed."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    applications: dict[str, tuple[Any, bool, Literal["on", "off"]]] = {
        "ours": ("greencredit.app.main:served", True, "on"),
        "empty": (empty, True, "off"),
        "raw": (raw, False, "off"),
    }
    application, is_factory, lifespan = applications[name]
    uvicorn.run(
        application,
        factory=is_factory,
        lifespan=lifespan,
        port=port,
        log_level="critical",
        access_log=False,
    )


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
