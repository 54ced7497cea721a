"""What bytes turned out to be is remembered, as long as they end where a part ends."""

from fullhouse.rehearsal.sound import Memory, Part


def test_only_whole_things_are_remembered() -> None:
    asked = []

    def read(raw: bytes) -> tuple[list[Part], int]:
        asked.append(raw)
        return [Part(1)], 3

    memory = Memory()
    assert memory.parts(b"abc", read) == memory.parts(b"abc", read) == [Part(1)]
    assert memory.parts(b"abcd", read) is None
    assert memory.parts(b"abcd", read) is None
    assert asked == [b"abc", b"abcd", b"abcd"]
