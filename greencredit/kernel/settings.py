"""Settings: read once from the environment (`GREENCREDIT_…`), handed to whoever needs them."""

from pathlib import Path

from pydantic import Field
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

    @property
    def database_url(self) -> str:
        """Give the database's address."""
        return self.database or f"sqlite:///{self.data_dir / 'greencredit.db'}"
