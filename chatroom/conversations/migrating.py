"""Is the database up to date?"""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def is_behind() -> bool:
    """Whether migrations are missing. Raises DatabaseError where the database does not answer."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
