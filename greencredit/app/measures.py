"""What Prometheus reads: answers, how long they took, the queues, and the process itself."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from greencredit.evidence import queries as evidence
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import JOBS, OUTBOX
from greencredit.kernel.writer import Histogram as Counts
from greencredit.kernel.writer import Writer

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measures:
    """The measurements of one process."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route")
        self._answers = Counter(
            "greencredit_requests",
            "Answers by route template and status.",
            (*labels, "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "greencredit_request_seconds", "Time to answer.", labels, buckets=_SECONDS, registry=self._registry
        )
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._registry.register(_Queues(database))
        self._registry.register(_Batches(writer))
        self._registry.register(_Feeds(database))
        ProcessCollector(registry=self._registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; status 0 is a caller who went away."""
        method = method if method in _METHODS else "OTHER"  # a caller must not invent label values
        counted = self._known.get((method, route, status))
        if counted is None:  # looking a series up by its labels costs more than counting
            counted = (self._answers.labels(method, route, str(status)), self._seconds.labels(method, route))
            self._known[method, route, status] = counted
        counted[0].inc()
        counted[1].observe(seconds)

    def text(self) -> bytes:
        """Give everything in Prometheus' text form."""
        return generate_latest(self._registry)


class _Queues(Collector):
    """Counts the entries of both queues whenever somebody looks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> list[GaugeMetricFamily]:
        """Name the measurement without asking the database."""
        return [GaugeMetricFamily("greencredit_queue_entries", "")]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Count now; a database that does not answer leaves the measurement out."""
        found = GaugeMetricFamily(
            "greencredit_queue_entries", "Jobs and messages by kind and state.", labels=("queue", "kind", "state")
        )
        try:
            with self._database.reading() as session:
                for table in (JOBS, OUTBOX):
                    for (kind, state), number in queue.counts(session, table).items():
                        found.add_metric((table.name, kind, state), number)
        except SQLAlchemyError:
            return
        yield found


class _Batches(Collector):
    """Tells what the writer counted, whenever somebody looks."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def collect(self) -> Iterator[Metric]:
        """Give the counts since the process began."""
        writer, tally = self._writer, self._writer.tally
        name = "greencredit_writer"
        yield GaugeMetricFamily(f"{name}_healthy", "Whether commands are taken.", value=int(writer.healthy))
        yield GaugeMetricFamily(f"{name}_waiting", "Items that wait for their batch.", value=writer.waiting)
        ended = CounterMetricFamily(f"{name}_items", "Items by what became of them.", labels=("end",))
        for end, count in tally.ends().items():
            ended.add_metric((end,), count)
        yield ended
        yield CounterMetricFamily(f"{name}_retries", "Batches that were tried again.", value=tally.retries)
        yield _histogram(f"{name}_batch_items", "Items of one committed batch.", tally.sizes)
        yield _histogram(f"{name}_batch_seconds", "Time of one batch, from its begin to its commit.", tally.seconds)


class _Feeds(Collector):
    """Tells how the feeds of evidence stand, whenever somebody looks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> list[Metric]:
        """Name the measurements without asking the database."""
        return list(self._named())

    def collect(self) -> Iterator[Metric]:
        """Count now; a database that does not answer leaves the measurements out."""
        records, late, silent = self._named()
        try:
            with self._database.reading() as session:
                found = evidence.statuses(session)
        except SQLAlchemyError:
            return
        for one in found:
            ends = {
                "qualifying": one.qualifying,
                "duplicate": one.duplicates,
                "put_aside": one.put_aside,
                "rejected": one.rejected,
                "refund": one.refunds,
                "read": one.lines,
            }
            for end, count in ends.items():
                records.add_metric((one.feed, one.kind, end), count)
            if one.lag_seconds is not None:
                late.add_metric((one.feed, one.kind), one.lag_seconds)
            if one.silent_seconds is not None:
                silent.add_metric((one.feed, one.kind), one.silent_seconds)
        yield from (records, late, silent)

    def _named(self) -> tuple[CounterMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
        feed = ("feed", "kind")
        return (
            CounterMetricFamily(
                "greencredit_feed_records", "Records of feeds by what became of them.", labels=(*feed, "end")
            ),
            GaugeMetricFamily(
                "greencredit_feed_lag_seconds", "How late the newest record came after what it reports.", labels=feed
            ),
            GaugeMetricFamily("greencredit_feed_silent_seconds", "For how long nothing has come.", labels=feed),
        )


def _histogram(name: str, told: str, counts: Counts) -> HistogramMetricFamily:
    reached, buckets = 0, []
    for bound, count in zip((*map(str, counts.bounds), "+Inf"), counts.counts, strict=True):
        reached += count
        buckets.append((bound, float(reached)))
    return HistogramMetricFamily(name, told, buckets=buckets, sum_value=counts.total)
