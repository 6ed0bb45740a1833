"""What Alembic runs to migrate: the versions, on the connection that `bvmt.store.migrate` hands over.

The connection is in a transaction already: all missing versions are applied together, or none is.
"""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
