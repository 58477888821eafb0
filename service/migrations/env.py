"""Alembic's way in: runs migrations on the connection that `service.migrations` hands over, in its transaction."""

from alembic import context

from service.migrations import all_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables(),
    render_as_batch=True,  # SQLite changes a table by making it anew
    transactional_ddl=True,  # SQLite can, and then a migration that fails leaves nothing behind
)
with context.begin_transaction():
    context.run_migrations()
