"""The kernel's files are read as they are written, and nothing else makes a reader stumble."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.capacity import proc

LIMITS = """\
Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                96365                processes
Max open files            1024                 unlimited            files
Max locked memory         8388608              8388608              bytes
"""


def test_limits_of_open_files() -> None:
    assert proc.open_files(LIMITS) == (1024, proc.UNLIMITED)
    assert proc.open_files("Max open files            20000                20000 files") == (
        20_000,
        20_000,
    )
    assert proc.open_files("nothing of the kind") is None


def test_memory_and_status() -> None:
    assert proc.fields("MemTotal:       24684096 kB\nHugePages_Total:       0\n") == {
        "MemTotal": 24_684_096,
        "HugePages_Total": 0,
    }
    assert proc.fields("Name:\tcat\nSeccomp:\t2\n") == {"Seccomp": 2}


def test_pages_of_tcp() -> None:
    text = "sockets: used 17\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 42\nUDP: inuse 0 mem 21\n"
    assert proc.socket_pages(text) == 42
    assert proc.socket_pages("sockets: used 17\n") is None


def test_what_a_container_is_granted() -> None:
    assert proc.cores_of("150000 100000\n") == 1.5
    assert proc.cores_of("max 100000\n") is None
    assert proc.limit("max\n") == proc.UNLIMITED
    assert proc.cgroup("1:cpu:/\n0::/system.slice/x.service\n") == "/system.slice/x.service"
    assert proc.cgroup("1:cpu:/\n") == "/"


def test_the_processors_name() -> None:
    assert proc.model("processor\t: 0\nmodel name\t: AMD EPYC\n") == "AMD EPYC"
    assert proc.model("Features : fp asimd\n") == ""


def test_metrics_are_summed_over_their_labels() -> None:
    text = '# HELP a b\na{room="x"} 1.0\na{room="y"} 2\nb_total 3e3\nno sample\na{room="z"} one\n'
    assert proc.samples(text) == {"a": 3.0, "b_total": 3000.0}
    assert proc.labels(text, "a") == {'room="x"': 1.0, 'room="y"': 2.0}


@given(st.lists(st.integers(-(10**18), 10**18), min_size=1, max_size=5))
def test_numbers_are_read_as_the_kernel_writes_them(values: list[int]) -> None:
    text = "\t".join(map(str, values)) + "\n"
    assert proc.numbers(text) == tuple(values)
    assert proc.number(text) == values[0]


@given(st.text())
def test_no_text_makes_a_reader_stumble(text: str) -> None:
    """What is not understood is None or nothing: a doctor must not fall ill."""
    for read in (proc.numbers, proc.number, proc.limit, proc.open_files, proc.socket_pages,
                 proc.cores_of):  # fmt: skip
        read(text)
    assert all(value >= 0 for value in proc.fields(text).values())
    assert proc.cgroup(text)
    assert isinstance(proc.model(text), str)
    proc.samples(text)


@pytest.mark.parametrize("text", ["", "  \n", "a", "1.5", "1 b", "²", "--1", "1" * 30])
def test_what_is_no_number(text: str) -> None:
    assert proc.number(text) is None


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,12}", fullmatch=True),
        st.floats(allow_nan=False, allow_infinity=False),
        max_size=5,
    )
)
def test_each_metric_comes_back(values: dict[str, float]) -> None:
    text = "".join(f"{name} {value!r}\n" for name, value in values.items())
    found = proc.samples(text)
    assert found.keys() == values.keys()
    assert all(math.isclose(found[name], value) for name, value in values.items())
