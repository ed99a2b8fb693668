"""What the taking in of evidence refuses as a whole; single lines are sent back by line instead."""

from greencredit.kernel.errors import Conflict, NotFound, NotNow, Refused


class EmptyFile(Refused):
    """空文件: a file without a single line of data."""

    code = "evidence.empty_file"

    def __init__(self, file_name: str) -> None:
        super().__init__(f"{file_name} holds no line of data", file_name=file_name)


class ErasedMeanwhile(NotNow):
    """持有人刚被注销: somebody behind a card of this chunk was erased meanwhile; read again, the card is nobody's."""

    code = "evidence.erased_meanwhile"

    def __init__(self) -> None:
        super().__init__("somebody behind a card was erased meanwhile; read again, the card is nobody's")


class MissingColumn(Refused):
    """缺少列: the file lacks a column that the feed needs."""

    code = "evidence.missing_column"

    def __init__(self, *, missing: list[str], found: list[str]) -> None:
        super().__init__(
            f"missing {', '.join(missing)}; found {', '.join(found) or 'no column'}", missing=missing, found=found
        )


class WrongEncoding(Refused):
    """编码不符: the file is not written in the encoding that was stated."""

    code = "evidence.wrong_encoding"

    def __init__(self, *, wanted: str, line: int, byte: int, hint: str) -> None:
        super().__init__(
            f"line {line}, byte {byte} is not {wanted}; {hint}", wanted=wanted, line=line, byte=byte, hint=hint
        )


class UnknownEncoding(Refused):
    """未知编码: no text encoding has this name."""

    code = "evidence.unknown_encoding"

    def __init__(self, encoding: str) -> None:
        super().__init__(f"found encoding {encoding!r}, wanted one such as utf-8 or gb18030", encoding=encoding)


class Unreadable(Refused):
    """文件无法读取: the file is no CSV or Parquet file."""

    code = "evidence.unreadable"

    def __init__(self, *, file_name: str, reason: str) -> None:
        super().__init__(f"{file_name} cannot be read: {reason}", file_name=file_name, reason=reason)


class WrongColumnType(Refused):
    """列类型不符: a Parquet column has a type from which the wanted value cannot be read exactly."""

    code = "evidence.wrong_column_type"

    def __init__(self, *, column: str, found: str, wanted: str) -> None:
        super().__init__(f"column {column} is {found}, {wanted} was wanted", column=column, found=found, wanted=wanted)


class NoSuchFeed(NotFound):
    """查无此数据来源: no feed of this name was opened."""

    code = "evidence.no_such_feed"

    def __init__(self, name: str) -> None:
        super().__init__(f"no feed is called {name}", name=name)


class FeedDiffers(Conflict):
    """数据来源冲突: a feed of this name was opened with other facts."""

    code = "evidence.feed_differs"

    def __init__(self, *, name: str, field: str, found: str, wanted: str) -> None:
        super().__init__(
            f"feed {name} has {field} {found}, {wanted} was given", name=name, field=field, found=found, wanted=wanted
        )


class NoSuchBatch(NotFound):
    """查无此批次: no file was taken in under this number."""

    code = "evidence.no_such_batch"

    def __init__(self, batch_id: int) -> None:
        super().__init__(f"there is no batch {batch_id}", batch_id=batch_id)


class BatchMovedOn(Conflict):
    """批次正在处理: the same file is being taken in elsewhere, or was taken in meanwhile."""

    code = "evidence.batch_moved_on"

    def __init__(self, batch_id: int, *, found: int, wanted: int) -> None:
        super().__init__(
            f"of batch {batch_id} {found} lines are read by now, {wanted} were expected: another import is at work",
            batch_id=batch_id,
            found=found,
            wanted=wanted,
        )


class NoSuchEvidence(NotFound):
    """查无此凭证: no evidence is on file under this number."""

    code = "evidence.no_such_evidence"

    def __init__(self, evidence_id: int) -> None:
        super().__init__(f"there is no evidence {evidence_id}", evidence_id=evidence_id)
