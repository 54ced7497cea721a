"""A shell: run by Alembic in the middle of its commands: carries the steps out.

The connection comes along in the configuration, within a transaction that is its caller's.
"""

from alembic import context

from fullhouse.house.tables import Table

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Table.metadata
)
context.run_migrations()
