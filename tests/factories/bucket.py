"""A small bucket for tests: the part of the S3 protocol that a store of files uses, signatures checked.

It speaks what Amazon documents for PutObject, GetObject, HeadObject and DeleteObjects, and refuses a request whose
signature (AWS Signature Version 4) or checksum is wrong.
"""

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import quote, unquote, urlsplit

ACCESS_KEY: Final = "example-access"
SECRET_KEY: Final = "example-secret"
REGION: Final = "cn-north-1"


class BucketServer(ThreadingHTTPServer):
    """Holds objects in memory; `refusing` makes it answer that it is out of order, `asked` lists what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self.refusing = False

    @property
    def address(self) -> str:
        """Give where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    """Run a bucket while the block runs."""
    server = BucketServer()
    thread = threading.Thread(target=server.serve_forever, name="bucket", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: BucketServer
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        """Take an object in, whole."""
        content = self.rfile.read(int(self.headers["content-length"]))
        if not self._is_ours(content):
            return
        checksum = self.headers["x-amz-checksum-sha256"]
        if checksum != base64.b64encode(hashlib.sha256(content).digest()).decode():
            self._answer(400, b"<Error><Code>BadDigest</Code></Error>")
            return
        self.server.objects[self._key] = content
        self._answer(200, etag=hashlib.md5(content, usedforsecurity=False).hexdigest())

    def do_GET(self) -> None:
        """Give an object out."""
        self._give()

    def do_HEAD(self) -> None:
        """Tell of an object without giving it."""
        self._give()

    def do_POST(self) -> None:
        """Remove several objects at once (DeleteObjects)."""
        content = self.rfile.read(int(self.headers["content-length"]))
        if not self._is_ours(content):
            return
        names = [part.partition("</Key>")[0] for part in content.decode().split("<Key>")[1:]]
        for name in names:
            self.server.objects.pop(f"{self._key.rstrip('/')}/{name}", None)
        gone = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in names)
        self._answer(200, f'<?xml version="1.0"?><DeleteResult>{gone}</DeleteResult>'.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing on the terminal."""

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path)

    def _give(self) -> None:
        if not self._is_ours(b""):
            return
        content = self.server.objects.get(self._key)
        if content is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        self._answer(200, content, etag=hashlib.md5(content, usedforsecurity=False).hexdigest())

    def _is_ours(self, content: bytes) -> bool:
        self.server.asked.append((self.command, self._key))
        if self.server.refusing:
            self._answer(503, b"<Error><Code>ServiceUnavailable</Code></Error>")
            return False
        if self.headers["authorization"] != self._signed(content):
            self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return False
        return True

    def _signed(self, content: bytes) -> str:
        """Sign the request as its sender should have (Signature Version 4)."""
        given = self.headers["authorization"] or ""
        names = given.partition("SignedHeaders=")[2].partition(",")[0]
        at = self.headers["x-amz-date"] or ""
        scope = f"{at[:8]}/{REGION}/s3/aws4_request"
        told = self.headers["x-amz-content-sha256"] or ""
        if told not in {"UNSIGNED-PAYLOAD", hashlib.sha256(content).hexdigest()}:
            return "another payload than was signed"
        address = urlsplit(self.path)
        query = "&".join(sorted(part if "=" in part else f"{part}=" for part in address.query.split("&") if part))
        headers = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in names.split(";") if name)
        request = "\n".join([self.command, quote(unquote(address.path)), query, headers, names, told])
        to_sign = "\n".join(["AWS4-HMAC-SHA256", at, scope, hashlib.sha256(request.encode()).hexdigest()])
        key = f"AWS4{SECRET_KEY}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        credential = f"Credential={ACCESS_KEY}/{scope}"
        return f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}"

    def _answer(self, status: int, content: bytes = b"", *, etag: str | None = None) -> None:
        self.send_response(status)
        if etag is not None:
            self.send_header("ETag", f'"{etag}"')
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 00:00:00 GMT")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
