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


class NoSuchKind(NotFound):
    """查无此来源种类: no file of the catalogue of sources has this name."""

    code = "evidence.no_such_kind"

    def __init__(self, kind: str, *, wanted: list[str]) -> None:
        super().__init__(f"no kind of source is called {kind}; wanted one of {', '.join(wanted)}", wanted=wanted)


class PlatformsOwn(Refused):
    """平台自有来源: a source that the platform fills from its own records takes nothing in from outside."""

    code = "evidence.platforms_own"

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} is filled by the platform itself; nothing can be handed in for it", kind=kind)


class MerchantMissing(Refused):
    """来源未指明商户: a feed of purchases names its merchant, and no other feed does."""

    code = "evidence.merchant_missing"

    def __init__(self, *, kind: str, found: str | None) -> None:
        wanted = "no merchant" if found else "a merchant"
        super().__init__(
            f"a feed of purchases names its merchant, and no other feed does; {kind} wanted {wanted}, found {found}",
            kind=kind,
            found=found,
            wanted=wanted,
        )


class HoldsPlaces(Refused):
    """文件含位置或轨迹: a column would hold a place or a track; only distance and mode are taken in."""

    code = "evidence.holds_places"

    def __init__(self, *, file_name: str, columns: list[str]) -> None:
        super().__init__(
            f"{file_name} has columns that would hold places or a track: {', '.join(columns)}; "
            "only distance and mode are taken in",
            file_name=file_name,
            columns=columns,
        )


class UndeclaredColumn(Refused):
    """多余的列: a file that may hold card data has a column that nobody asked for, so that nobody looks into it."""

    code = "evidence.undeclared_column"

    def __init__(self, *, file_name: str, columns: list[str]) -> None:
        super().__init__(
            f"{file_name} has columns that nobody asked for: {', '.join(columns)}; leave them out",
            file_name=file_name,
            columns=columns,
        )


class HoldsCardNumbers(Refused):
    """文件含完整银行卡号: a cell holds a full card number; only a token and the last four digits are taken in."""

    code = "evidence.holds_card_numbers"

    def __init__(self, *, lines: list[int]) -> None:
        super().__init__(
            f"full card numbers stand on line {', '.join(map(str, lines))}: nothing of the file was kept; "
            "only a token and the last four digits are taken in",
            lines=lines,
        )


class UnknownSigner(Refused):
    """未知签发密钥: the list is signed by a key that nobody here trusts, or no longer."""

    code = "evidence.unknown_signer"

    def __init__(self, key_id: str, *, wanted: str) -> None:
        super().__init__(f"a list signed by {key_id}; wanted {wanted}", key_id=key_id, wanted=wanted)


class BadSignature(Refused):
    """名录签名无效: the signature does not fit the list."""

    code = "evidence.bad_signature"

    def __init__(self, *, publisher: str, number: int, key_id: str) -> None:
        super().__init__(
            f"the signature of {key_id} does not fit list {number} of {publisher}",
            publisher=publisher,
            number=number,
            key_id=key_id,
        )


class MisshapenList(Refused):
    """名录格式有误: the file is no signed list of certificates."""

    code = "evidence.misshapen_list"

    def __init__(self, *, found: str) -> None:
        super().__init__(f"wanted a signed list of certificates, found {found}", found=found)


class ListTooOld(Refused):
    """名录过旧: the list is older than a list may be, or lies in the future."""

    code = "evidence.list_too_old"

    def __init__(self, *, listed_on: str, age_days: int, most_days: int) -> None:
        super().__init__(
            f"a list of {listed_on}, {age_days} days old; wanted one of 0 to {most_days} days",
            listed_on=listed_on,
            age_days=age_days,
            wanted=most_days,
        )


class OlderThanInForce(Conflict):
    """名录倒退: a newer list of this publisher is in force, or this number was given to another list."""

    code = "evidence.older_than_in_force"

    def __init__(self, *, publisher: str, found: int, wanted: int) -> None:
        super().__init__(
            f"list {found} of {publisher}; list {wanted} is in force already",
            publisher=publisher,
            found=found,
            wanted=wanted,
        )


class SignerDiffers(Conflict):
    """签发密钥冲突: this name stands for another key."""

    code = "evidence.signer_differs"

    def __init__(self, key_id: str) -> None:
        super().__init__(f"{key_id} stands for another key", key_id=key_id)


class RecordRefused(Refused):
    """凭证被退回: a single record was sent back, for the reason that is told."""

    code = "evidence.record_refused"

    def __init__(self, *, reason: str, field: str, found: str, wanted: str) -> None:
        super().__init__(
            f"{reason}: {field or 'the record'}: found {found or 'nothing'}, wanted {wanted}",
            reason=reason,
            field=field,
            found=found,
            wanted=wanted,
        )


class RecordKeyReused(Conflict):
    """幂等键重复使用: the key stands for another record."""

    code = "evidence.record_key_reused"

    def __init__(self) -> None:
        super().__init__("the idempotency key stands for a record with other content; wanted another key")
