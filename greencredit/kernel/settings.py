"""Settings: read once from the environment (`GREENCREDIT_…`), handed to whoever needs them."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where things live and how the doors behave."""

    model_config = SettingsConfigDict(env_prefix="GREENCREDIT_", frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    """Everything the platform writes: database, keys, reports, rejects."""

    database: str = ""
    """SQLAlchemy address; empty means an SQLite file in `data_dir`."""

    public_url: str = "http://127.0.0.1:8000"
    """The address printed in reports and QR codes, without a slash at the end."""

    log_format: str = "json"
    """`json` for machines, `plain` for people."""

    environment: str = Field(default="demo", pattern=r"^[a-z]{1,20}$")
    """Stands in every API key (`gc_demo_…`), so that a key found somewhere says where it belongs."""

    session_hours: int = 12
    """How long a sign-in lasts."""

    smtp_host: str = ""
    """The server that mails go through; empty means that no mail is sent."""

    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` is for a server on the same machine."""

    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""
    """Who mails come from: `name <address>` or an address."""

    sms_url: str = ""
    """The gateway that text messages go through; empty means that none is sent."""

    sms_secret: SecretStr = SecretStr("")
    sms_signature: str = ""
    """The registered signature in front of each text message (短信签名)."""

    webhook_url: str = ""
    """Where notices are posted, such as the service behind an app; empty means nowhere."""

    webhook_secret: SecretStr = SecretStr("")
    """`whsec_` and the base64 of the key shared with it (Standard Webhooks)."""

    report_store: str = ""
    """Where reports are kept: empty means a folder in `data_dir`, else `s3://bucket/prefix`."""

    report_processes: int = Field(default=1, ge=0, le=64)
    """How many processes a server starts beside itself while batches of reports wait; 0 leaves them to others."""

    s3_endpoint: str = ""
    """The address of a service that speaks S3; empty means Amazon's own in `s3_region`."""

    s3_region: str = "cn-north-1"
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")

    report_certificate: Path | None = None
    """PEM: the certificate that reports are signed with, alone or with those above it after it, each issuer next; none:
    this installation's own."""

    report_key: Path | None = None
    """PEM: the key of that certificate, ECDSA on P-256, without a password."""

    timestamp_url: str = ""
    """A time-stamp authority (RFC 3161); empty means that reports are signed without a time stamp (level B-B)."""

    timestamp_roots: Path | None = None
    """PEM: the certificates that a time stamp must lead to."""

    timestamp_lists: str = ""
    """Addresses of lists of revoked certificates (CRL), blanks between them, that clear those of the stamp and those
    in `report_certificate` but its highest: they are kept in each report for long after (level B-LT); empty means
    level B-T."""

    @property
    def database_url(self) -> str:
        """Give the database's address."""
        return self.database or f"sqlite:///{self.data_dir / 'greencredit.db'}"
