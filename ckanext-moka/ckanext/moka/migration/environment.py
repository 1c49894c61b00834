"""What every stage's alembic ``env.py`` does: run its migrations, with a version table of its own."""

from __future__ import annotations

from logging.config import fileConfig
from typing import Any

from alembic import context
from ckan.model.meta import metadata
from sqlalchemy import engine_from_config, pool

__all__ = ["run"]


def run(stage: str) -> None:
    """Run the migrations of ``stage`` (``moka_demand``) as alembic asks: as SQL text or on the database."""
    config = context.config
    if config.config_file_name:
        fileConfig(config.config_file_name, disable_existing_loggers=False)
    options: dict[str, Any] = {
        "target_metadata": metadata,
        "version_table": f"{stage}_alembic_version",
        "include_object": lambda _object, name, kind, _reflected, _other: (
            kind != "table" or name.startswith(stage)
        ),
    }
    if context.is_offline_mode():
        context.configure(url=config.get_main_option("sqlalchemy.url"), literal_binds=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    engine = engine_from_config(
        config.get_section(config.config_ini_section) or {}, prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    with engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
