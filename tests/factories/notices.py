"""Notices for tests, and the far sides they go to: a small mail server and a small web server, both real sockets."""

import base64
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Job
from greencredit.kernel.messages.tables import OUTBOX
from greencredit.kernel.messages.worker import Worker
from greencredit.kernel.settings import Settings
from greencredit.notices import service
from greencredit.notices.jobs.delivery import deliver_with
from greencredit.schemas.notices import NoticePreferences, Outcome, Sender, Way
from tests.factories.people import make_consumer

ISSUER: Final = "iss_example"
ENDS: Final = datetime(2026, 4, 30, 16, 0, tzinfo=UTC)
"""The end of 30 April 2026 in China."""

MAIL: Final = "household@example.com"
MOBILE: Final = "+8613800000000"
SMS_SECRET: Final = "example secret of a gateway"
WEBHOOK_KEY: Final = b"example key of thirty-two bytes!"
WEBHOOK_SECRET: Final = "whsec_" + base64.b64encode(WEBHOOK_KEY).decode()
EVERY_WAY: Final = tuple(Way)


def expiring_facts(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any fact
    """Give the facts of a reminder."""
    return {"issuer": ISSUER, "credits": 1200, "ends": ENDS.isoformat(), "days": 59, **changes}


def make_sender(session: Session, name: str = "示例绿色商超（虚构）", *, issuer_id: str = ISSUER) -> Sender:
    """Introduce an issuer."""
    sender = Sender(issuer_id=issuer_id, name=name, english_name="Example Green Store (fictitious)")
    service.introduce(session, sender)
    return sender


def make_reader(
    session: Session, *ways: Way, mail: str | None = MAIL, mobile: str | None = MOBILE, account_id: str | None = None
) -> str:
    """Register a consumer who left addresses and wants reminders by these ways; without ways nothing was chosen."""
    consumer_id = make_consumer(session, account_id=account_id).id
    if mail is not None:
        service.set_contact(session, consumer_id, Way.MAIL, mail)
    if mobile is not None:
        service.set_contact(session, consumer_id, Way.SMS, mobile)
    if ways:
        service.choose(session, consumer_id, NoticePreferences(choices={"credits_expiring": ways}))
    return consumer_id


def make_notice(session: Session, consumer_id: str, *, subject: str = "one", **facts: Any) -> str:  # noqa: ANN401 - any fact
    """Remind somebody of credits that end."""
    return service.tell(session, consumer_id, "credits_expiring", subject=subject, facts=expiring_facts(**facts))


def make_inbox(database: Database, clock: StandingClock, consumer_id: str, issuer_id: str) -> str:
    """Fill an inbox with every kind of notice, the older ones read, and give the id of the newest."""
    told: list[tuple[str, dict[str, Any]]] = [
        ("unfreeze", {"credits": 300, "reason": "示例核查已结束，未发现异常"}),
        ("freeze", {"credits": 300, "reason": "示例核查：同一凭证重复提交"}),
        ("expired_on_refund", {"restored": 120, "expired": 30}),
        ("award_reversed", {"credits": 60, "shortage": 40, "reason": "示例退货"}),
        ("credits_expired", {"credits": 18, "ends": (ENDS - timedelta(days=59)).isoformat()}),
        ("credits_expiring", {"credits": 1200, "ends": ENDS.isoformat(), "days": 59}),
        ("credits_expiring", {"credits": 80, "ends": (ENDS - timedelta(days=52)).isoformat(), "days": 7}),
    ]
    with database.writing() as session:
        service.set_contact(session, consumer_id, Way.MAIL, MAIL)
        make_sender(session, issuer_id=issuer_id)
        for number, (kind, facts) in enumerate(told):
            newest = service.tell(session, consumer_id, kind, subject=str(number), facts={"issuer": issuer_id, **facts})
            if number < len(told) // 2:
                service.mark_read(session, consumer_id, newest)
            clock.move(timedelta(seconds=1))
        service.record_attempt(session, newest, consumer_id, Way.MAIL, attempt=1, outcome=Outcome.LATER, code="451")
        service.record_attempt(session, newest, consumer_id, Way.MAIL, attempt=2, outcome=Outcome.SENT, code="250")
    return newest


def deliver_due(database: Database, settings: Settings) -> int:
    """Let the outbox's worker deliver what is due, and give the number of attempts."""
    handlers = {service.TOPIC: lambda opened, job: deliver_with(opened, job, settings)}
    return Worker(database, handlers, queue=OUTBOX).run_due()


def outbox(database: Database) -> list[tuple[str, str, int]]:
    """Give way, state and attempts of every message in the outbox, by key."""
    with database.reading() as session:
        rows = session.execute(select(OUTBOX.c.body, OUTBOX.c.state, OUTBOX.c.attempts).order_by(OUTBOX.c.key))
        return [(json.loads(row.body)["way"], row.state, row.attempts) for row in rows]


def messages(database: Database) -> list[Job]:
    """Give every message of the outbox, newest first."""
    with database.reading() as session:
        return queue.listed(session, queue=OUTBOX)


# ---- Far sides -----------------------------------------------------------------------------------------------------


@dataclass
class MailServer:
    """A mail server of this machine: it answers as told and keeps what it took."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    """Command → answers, one after the other, instead of the usual one."""
    taken: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0

    def settings(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting
        """Give the settings that lead here."""
        facts = {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_security": "none",
            "smtp_from": "示例平台 <notices@platform.example>",
        }
        return {**facts, **changes}

    def answer_to(self, command: str, usual: str) -> str:
        """Give the answer to a command."""
        told = self.answers.get(command, [])
        return told.pop(0) if told else usual


_USUAL: Final = {
    "HELO": "250 example",
    "EHLO": "250 example",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class _MailHandler(socketserver.StreamRequestHandler):
    kept: MailServer

    def handle(self) -> None:
        self._say("220 example")
        while line := self.rfile.readline():
            command = line.decode("utf-8", "replace").strip()
            word = command[:4].upper()
            self.kept.commands.append(command)
            answer = self.kept.answer_to(word, _USUAL.get(word, "502 unknown"))
            if answer == "hang up":
                return
            self._say(answer)
            if word == "DATA" and answer.startswith("354"):
                self._take()
            if word == "QUIT":
                return

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        answer = self.kept.answer_to("END", "250 taken")
        if answer.startswith("250"):
            mail = message_from_bytes(b"".join(lines), policy=default)
            assert isinstance(mail, EmailMessage)
            self.kept.taken.append(mail)
        self._say(answer)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _MailSockets(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server for the time of a test."""
    kept = MailServer()
    handler = type("Handler", (_MailHandler,), {"kept": kept})
    with _MailSockets(("127.0.0.1", 0), handler) as server, _serving(server):
        kept.port = server.server_address[1]
        yield kept


@dataclass(frozen=True)
class Posted:
    """One request as the far side saw it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was posted
        """Read the body."""
        return json.loads(self.body)


@dataclass
class WebServer:
    """A web server of this machine: it answers with these statuses, then with 200, and keeps what it got."""

    statuses: list[int] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    """What happens elsewhere while the caller waits for the answer."""
    got: list[Posted] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Give its address."""
        return f"http://127.0.0.1:{self.port}/hooks/notices?from=example"

    def as_gateway(self) -> dict[str, Any]:
        """Give the settings that make it the gateway of text messages."""
        return {"sms_url": self.url, "sms_secret": SecretStr(SMS_SECRET), "sms_signature": "绿色积分"}

    def as_webhook(self) -> dict[str, Any]:
        """Give the settings that make it the endpoint of webhooks."""
        return {"webhook_url": self.url, "webhook_secret": SecretStr(WEBHOOK_SECRET)}


class _WebHandler(BaseHTTPRequestHandler):
    kept: WebServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.kept.got.append(Posted(self.path, headers, body))
        self.kept.meanwhile()
        self.send_response(self.kept.statuses.pop(0) if self.kept.statuses else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        """Say nothing."""


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Run a web server for the time of a test."""
    kept = WebServer()
    handler = type("Handler", (_WebHandler,), {"kept": kept})
    with HTTPServer(("127.0.0.1", 0), handler) as server, _serving(server):
        kept.port = server.server_address[1]
        yield kept


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
