"""What the tests of deliveries share: far sides that are real servers of this machine."""

from collections.abc import Iterator

import pytest

from tests.factories.notices import MailServer, WebServer, mail_server, web_server


@pytest.fixture
def mailbox(socket_enabled: None) -> Iterator[MailServer]:
    """Give a mail server."""
    del socket_enabled
    with mail_server() as server:
        yield server


@pytest.fixture
def far_side(socket_enabled: None) -> Iterator[WebServer]:
    """Give a web server."""
    del socket_enabled
    with web_server() as server:
        yield server
