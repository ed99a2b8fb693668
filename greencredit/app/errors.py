"""What the front door itself refuses, before or after a room was asked."""

from collections.abc import Sequence

from greencredit.kernel.errors import Conflict, NotFound, Refused


class NoSuchPath(NotFound):
    """没有此地址: nothing is served at this path."""

    code = "app.no_such_path"

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"没有此地址 · nothing is served at {path}", method=method, path=path)


class WrongMethod(Refused):
    """不支持的请求方法: the path exists, but not for this method; `Allow` names those that do."""

    code = "app.wrong_method"

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"不支持的请求方法 · {path} does not take {method}", method=method, path=path)


class BodyTooLarge(Refused):
    """内容过大: the body of the request is larger than the limit; large files come in through the command line."""

    code = "app.body_too_large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"内容过大 · a body may have {limit_bytes} bytes", limit_bytes=limit_bytes)


class MalformedRequest(Refused):
    """请求格式错误: the request does not follow HTTP or its own content type."""

    code = "app.malformed_request"

    def __init__(self, said: str, *, status: int) -> None:
        super().__init__(f"请求格式错误 · {said}", status=status)


class InvalidRequest(Refused):
    """请求不符合接口定义: fields are missing, unknown or of another form; the facts name each place."""

    code = "app.invalid_request"

    def __init__(self, faults: Sequence[dict[str, str]]) -> None:
        places = ", ".join(fault["at"] for fault in faults)
        super().__init__(f"请求不符合接口定义 · the request has not the form wanted at {places}", faults=list(faults))


class RaceLost(Conflict):
    """同时写入冲突: something else wrote the same thing at the same time; trying again helps."""

    code = "app.race_lost"

    def __init__(self) -> None:
        super().__init__("同时写入冲突，请重试 · something else wrote the same thing at the same time, try again")


class Unavailable(Conflict):
    """暂时无法服务: the database can't be used for the moment; trying again later helps."""

    code = "app.unavailable"

    def __init__(self) -> None:
        super().__init__("数据库暂时不可用，请稍后重试 · the database can't be used for the moment, try again later")


class NotConfirmed(Conflict):
    """结果未确认: the connection broke during the commit; asking again with the same key tells what became of it.

    The one answer after which something may have been written: once, never twice.
    """

    code = "app.not_confirmed"

    def __init__(self, because: str) -> None:
        super().__init__(
            "提交结果未确认，请用同一幂等键重试 · the commit was not confirmed: it is written once or not at all, "
            "and asking again with the same key tells which",
            because=because,
        )


class Fault(Conflict):
    """系统故障: a mistake of the platform itself, not of the caller; the request was undone, and the log tells why."""

    code = "app.fault"

    def __init__(self) -> None:
        super().__init__("系统故障，请求未执行 · a fault of the platform, the request was not carried out")
