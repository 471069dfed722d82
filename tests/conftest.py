"""What all tests share."""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

from tests.databases.snowflake.fixture import snowflake, snowflake_server
from tests.postgres import postgres, postgres_server

__all__ = ["postgres", "postgres_server", "snowflake", "snowflake_server"]  # fixtures for every folder

os.environ["ROWID_TUNING"] = os.devnull  # whoever runs the tests may have tuned the machine
os.environ.setdefault("ROWID_CACHE", str(Path(__file__).parent.parent / ".pytest_cache" / "rowid"))

settings.register_profile("quick", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
