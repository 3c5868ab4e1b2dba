"""What every test of the program shares."""

import os
import pathlib
import subprocess

import pytest


@pytest.fixture(scope="session")
def program() -> pathlib.Path:
    """The program under test."""
    path = pathlib.Path(os.environ.get("PANTILE", "build/release/bin/pantile")).resolve()
    assert path.exists(), f"{path} is not built; run scripts/build, or set PANTILE"
    return path


@pytest.fixture(scope="session")
def pantile(program):
    """pantile("info", path): runs the program and returns the finished process.

    The exit code must be `code` (0 unless given); output is text. Fails with what the program
    said otherwise.
    """

    def run(*arguments, code: int | None = 0, timeout_s: float = 600, **keywords):
        done = subprocess.run(
            [program, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            **keywords,
        )
        if code is not None and done.returncode != code:
            pytest.fail(
                f"pantile {' '.join(map(str, arguments))}: exit {done.returncode}, "
                f"expected {code}\n{done.stdout}\n{done.stderr}"
            )
        return done

    return run


@pytest.fixture(scope="session")
def full() -> bool:
    """True in scripts/test --full, where tests may take long."""
    return os.environ.get("PANTILE_FULL") == "1"
