"""A time-stamp authority on this machine: OpenSSL's, behind a small server; for tests of what a real one would do."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

_CONFIGURATION: Final = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
[stamping]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[req]
distinguished_name = name
[name]
"""


def make_authority(folder: Path) -> Path:
    """Make a root and a stamping certificate below it; gives the file of the root."""
    (folder / "tsa.cnf").write_text(_CONFIGURATION.format(folder=folder), encoding="utf-8")
    (folder / "serial").write_text("01\n", encoding="utf-8")
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
    _openssl(folder, *new, "-config", "tsa.cnf", "-extensions", "root", "-subj", "/CN=Example root", *_out("root"))
    below = ("-CA", "root.pem", "-CAkey", "root.key")
    _openssl(
        folder, *new, "-config", "tsa.cnf", "-extensions", "stamping", "-subj", "/CN=Example TSA", *below, *_out("tsa")
    )
    return folder / "root.pem"


def make_list(folder: Path, *, revoked: tuple[str, ...] = (), by: str = "root") -> None:
    """Write the root's list of revoked certificates, which the server gives out at `/revoked`; names are of files."""
    root = x509.load_pem_x509_certificate((folder / f"{by}.pem").read_bytes())
    key = load_pem_private_key((folder / f"{by}.key").read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey), "made above"
    since = root.not_valid_before_utc
    made = x509.CertificateRevocationListBuilder(root.subject, since, root.not_valid_after_utc)
    for name in revoked:
        serial = x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes()).serial_number
        made = made.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
        )
    (folder / "revoked").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Answer questions for a stamp while the block runs; gives the address."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "question").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            signer = ("-signer", "tsa.pem", "-inkey", "tsa.key")
            _openssl(folder, "ts", "-reply", "-queryfile", "question", "-config", "tsa.cnf", *signer, "-out", "answer")
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write((folder / "answer").read_bytes())

        def do_GET(self) -> None:
            content = (folder / "revoked").read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its parent's word
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _out(name: str) -> tuple[str, ...]:
    return ("-keyout", f"{name}.key", "-out", f"{name}.pem")


def _openssl(folder: Path, *words: str) -> None:
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607 - the machine's
    assert done.returncode == 0, done.stderr
