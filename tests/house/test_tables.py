"""The database's tables."""

from fullhouse.house.tables import RoomRow, Table


def test_every_table_has_a_key_and_every_text_a_bound() -> None:
    for table in Table.metadata.tables.values():
        assert table.primary_key.columns, table.name
        for column in table.columns:
            if str(column.type).startswith("VARCHAR"):
                assert getattr(column.type, "length", None), f"{table.name}.{column.name}"


def test_a_room_knows_the_revision_that_it_is_at() -> None:
    assert "revision" in RoomRow.__table__.columns
