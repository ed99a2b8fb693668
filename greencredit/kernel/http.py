"""What every route is handed: sessions that end before the answer leaves, and the settings of the process."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings


def database_of(connection: HTTPConnection) -> Database:
    """Give the database of the process that answers this request."""
    database: Database = connection.app.state.database
    return database


def settings_of(connection: HTTPConnection) -> Settings:
    """Give the settings of the process that answers this request."""
    settings: Settings = connection.app.state.settings
    return settings


def _reading(connection: HTTPConnection) -> Iterator[Session]:
    with database_of(connection).reading() as session:
        yield session


def _writing(connection: HTTPConnection) -> Iterator[Session]:
    with database_of(connection).writing() as session:
        yield session


# scope="function": the transaction ends when the route returns, so an answer never runs ahead of its commit.
Reading = Annotated[Session, Depends(_reading, scope="function")]
Writing = Annotated[Session, Depends(_writing, scope="function")]
Configured = Annotated[Settings, Depends(settings_of)]
