"""The runs of an installation as metrics for Prometheus.

They are totals of the ledger: they hold what every process has recorded, and outlive all of them.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

import rowid
from rowid.observers.ledger import Ledger

BOUNDS_S = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)


class RunMetrics(Collector):
    """What is counted of the runs in a ledger, and the disk that it lies on."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now.

        Raises:
            SourceError: the ledger cannot be read.
        """
        yield _labelled(GaugeMetricFamily, "rowid_build", "The version that tells.", "version", {rowid.__version__: 1})
        totals = self._ledger.totals(BOUNDS_S)
        runs = {"finished": totals.finished, "failed": sum(totals.failed.values())}
        yield _labelled(CounterMetricFamily, "rowid_runs", "Runs that ended, by how.", "status", runs)
        yield _labelled(
            CounterMetricFamily, "rowid_run_errors", "Runs that failed, by the class of the error.", "error",
            totals.failed,
        )  # fmt: skip
        yield GaugeMetricFamily("rowid_runs_running", "Runs that go on now.", totals.running)
        yield _labelled(
            GaugeMetricFamily, "rowid_last_run_timestamp_seconds", "When the last run ended, by how.", "status",
            totals.last_end,
        )  # fmt: skip
        yield CounterMetricFamily("rowid_rows", "Rows of finished runs.", totals.rows)
        yield CounterMetricFamily("rowid_duplicate_rows", "Of these, rows that repeat another.", totals.duplicate_rows)
        yield CounterMetricFamily("rowid_null_ids", "Of these, rows without an ID.", totals.null_ids)
        yield _labelled(
            CounterMetricFamily, "rowid_loaded_rows", "Rows by what became of them in tables of databases.", "outcome",
            totals.loaded,
        )  # fmt: skip
        yield _labelled(
            CounterMetricFamily, "rowid_phase_seconds", "Seconds in which a phase of finished runs was busy.", "phase",
            totals.phases,
        )  # fmt: skip
        within = [(str(bound), float(count)) for bound, count in zip(BOUNDS_S, totals.took, strict=True)]
        yield HistogramMetricFamily(
            "rowid_run_duration_seconds", "How long finished runs took.",
            buckets=[*within, ("+Inf", float(totals.finished))], sum_value=totals.elapsed_s,
        )  # fmt: skip
        folder = self._ledger.path.parent
        disk = shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists()))
        yield GaugeMetricFamily("rowid_state_disk_bytes", "Size of the disk with the state folder.", disk.total)
        yield GaugeMetricFamily("rowid_state_disk_free_bytes", "What is free of it.", disk.free)


def _labelled(
    kind: type[CounterMetricFamily] | type[GaugeMetricFamily],
    name: str, text: str, label: str, values: Mapping[str, float],
) -> Metric:  # fmt: skip
    family = kind(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


class _Jobs(Collector):
    def __init__(self, jobs: Callable[[], int]) -> None:
        self._jobs = jobs

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("rowid_app_jobs", "Jobs that the web app is at, or that wait.", self._jobs())


def exposition(ledger: Ledger, accept: str = "", *, jobs: Callable[[], int] | None = None) -> tuple[bytes, str]:
    """The metrics, and their content type, in the format that ``accept`` (of HTTP) asks for; else as text.

    ``jobs`` tells how many jobs are open in this process; with it, memory and processor time of the process are told.

    Raises:
        SourceError: the ledger cannot be read.
    """
    registry = CollectorRegistry()
    registry.register(RunMetrics(ledger))
    if jobs is not None:
        registry.register(_Jobs(jobs))
        ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type
