"""The jobs of one run on Spark, which end with it: what is interrupted writes no more when that is taken back."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

_GROUP = "spark.jobGroup.id"
_PATIENCE_S = 30.0

log = logging.getLogger("rowid")


@contextmanager
def ended_with(session: "SparkSession", run_id: str) -> Iterator[None]:
    """What Spark does in this context is cancelled where it is interrupted, and waited for; other jobs go on."""
    context = session.sparkContext
    before = context.getLocalProperty(_GROUP)
    context.setLocalProperty(_GROUP, run_id)
    try:
        yield
    except KeyboardInterrupt:
        _end(context, run_id)
        raise
    finally:
        context.setLocalProperty(_GROUP, before)  # type: ignore[arg-type]  # None takes it away


def _end(context: "SparkContext", group: str) -> None:
    """Cancels the jobs of a group, and waits for their tasks; what fails then must not hide why."""
    from py4j.protocol import Py4JError

    for last in (False, True):  # the connection on which a call was interrupted may be of no use, the next one is new
        try:
            context.cancelJobGroup(group)
            until = time.perf_counter() + _PATIENCE_S
            while _running(context, group) and time.perf_counter() < until:
                time.sleep(0.05)
            return
        except Py4JError:
            if last:
                log.warning("the jobs of run %s could not be cancelled", group, exc_info=True)


def _running(context: "SparkContext", group: str) -> bool:
    """Whether a task of the group's jobs runs still."""
    tracker = context.statusTracker()
    jobs = [tracker.getJobInfo(one) for one in tracker.getJobIdsForGroup(group)]
    stages = [tracker.getStageInfo(one) for job in jobs if job for one in job.stageIds]
    return any(job.status == "RUNNING" for job in jobs if job) or any(one.numActiveTasks for one in stages if one)
