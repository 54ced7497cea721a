"""What Alembic runs in the middle of its commands."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from fullhouse.house.database import Database
from fullhouse.house.migrations.bring_up import HEAD


def test_steps_are_carried_out_in_the_transaction_of_the_caller(tmp_path: Path) -> None:
    """Taken back, they have not happened."""
    database = Database.in_folder(tmp_path)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '1'")
        settings = Config(attributes={"connection": connection})
        settings.set_main_option("script_location", "fullhouse.house:migrations")
        with pytest.raises(Exception, match=r"already exists|no such column"):
            command.upgrade(settings, "head")
        connection.rollback()
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        assert found == HEAD
    database.close()
