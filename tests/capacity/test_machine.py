"""A machine says what makes figures of it comparable."""

from tests.capacity.made import MACHINE


def test_hardware_names_processor_cores_memory_and_kernel() -> None:
    assert MACHINE.hardware() == {
        "cpu": "A processor",
        "cores": 2.0,
        "memory": 24_000_000_000,
        "kernel": "6.1.0",
    }
