"""Whatever goes wrong at the command line is one line with an exit code; the traceback comes with --debug."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from llr_sd import cli
from llr_sd.cli import main


def raising(error: BaseException) -> object:
    def command(_: object) -> int:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (KeyError("ok"), 2, ["unforeseen KeyError", "--debug"]),
        (RecursionError("maximum recursion depth exceeded"), 2, ["unforeseen RecursionError", "--debug"]),
        (ValueError("a\nb\x1b[31m" + "x" * 5000), 2, ["unforeseen ValueError", "a b"]),
        (MemoryError(), 2, ["not enough memory", "fewer runs"]),
        (RuntimeError("can't start new thread"), 2, ["not enough memory"]),
        (PermissionError(13, "Permission denied", "/data/x.csv"), 2, ["/data/x.csv", "permission denied"]),
        (KeyboardInterrupt(), 130, ["stopped"]),
    ],
)
def test_any_exception_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, says: list[str]
) -> None:
    summary, add, _ = cli.COMMANDS["list"]
    monkeypatch.setitem(cli.COMMANDS, "list", (summary, add, raising(error)))
    assert main(["list"]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.strip().splitlines()) == 1
    assert len(printed.err) < 500
    for words in says:
        assert words in printed.err
    if code == 2:
        assert main(["list", "--debug"]) == 2
        assert "Traceback" in capsys.readouterr().err


def test_a_stop_that_a_library_turns_into_its_own_error_is_a_stop(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    was = signal.signal(signal.SIGINT, signal.default_int_handler)  # a process that was started in the background ignores stops

    def loading(_: object) -> int:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ImportError("numpy._core.multiarray failed to import") from None
        return 0

    summary, add, _ = cli.COMMANDS["list"]
    monkeypatch.setitem(cli.COMMANDS, "list", (summary, add, loading))
    assert main(["list"]) == 130
    assert capsys.readouterr().err == "llr-sd: stopped; nothing half written is left.\n"
    assert signal.signal(signal.SIGINT, was) is signal.default_int_handler
    monkeypatch.setitem(cli.COMMANDS, "list", (summary, add, raising(ImportError("no such library"))))
    assert main(["list"]) == 2
    assert "unforeseen ImportError" in capsys.readouterr().err


@pytest.mark.parametrize(("option", "given", "least"), [("--threads", "-1", 1), ("--threads", "0", 1), ("--verify", "-1", 0)])
def test_a_number_out_of_range_is_told_the_range(
    staff: Path, capsys: pytest.CaptureFixture[str], option: str, given: str, least: int
) -> None:
    assert main(["run", str(staff), option, given]) == 2
    assert f'argument {option}: "{given}" is not a whole number from {least} to 9999.' in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_no_run_of_somebody_elses(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def says(place: object) -> str:
        assert main(["run", str(staff), "--out", str(place)]) == 2
        return capsys.readouterr().err

    assert "a file is where a folder should be" in says(staff / "study.toml" / "results")
    assert "another run" not in says(staff / "study.toml" / "results")
    if Path("/proc/version").exists():
        assert "/proc: cannot be written (No such file or directory). Choose another folder with --out." in says("/proc/x")


def test_a_report_that_cannot_be_drawn_names_no_option_that_it_lacks(
    staff: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, undrawn: None
) -> None:
    assert main(["run", str(staff), "--verify", "0"]) == 0

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("filelock.FileLock.acquire", denied)
    capsys.readouterr()
    assert main(["report", str(staff / "results")]) == 2
    printed = capsys.readouterr().err
    assert "cannot be written (Permission denied). Let the folder be written, or draw in a copy of it." in printed
    assert "--out" not in printed


def started(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    source = str(Path(cli.__file__).parents[1])
    given = options.pop("env", {})
    environment = {**os.environ, "PYTHONPATH": source, **given}  # type: ignore[dict-item]
    return subprocess.run(
        [sys.executable, "-m", "llr_sd", *arguments],
        text=True,
        env=environment,
        timeout=60,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def test_terminals_with_few_letters_get_plain_ones() -> None:
    done = started("list", "gp_supply", capture_output=True, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_output_that_cannot_be_written_is_said() -> None:
    with open("/dev/full", "w") as full:
        done = started("list", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert "no space left" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_nobody_needs_to_listen() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = started("list", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.parametrize("threads", ["-1", "x", "1.5", "0"])
def test_threads_are_a_whole_number(staff: Path, capsys: pytest.CaptureFixture[str], threads: str) -> None:
    assert main(["run", str(staff), "--threads", threads]) == 2
    assert "thread" in capsys.readouterr().err
    assert not (staff / "results").exists()


def test_files_that_cannot_be_read(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = staff / "staff" / "parameters.csv"
    for make, says in (
        (lambda: (table.unlink(), table.mkdir()), "is a folder"),
        (lambda: (table.rmdir(), table.write_bytes(b"\xff\xfe\x00")), "UTF-8"),
        (lambda: (table.unlink(), (staff / "study.toml").write_bytes(b"title = \xe9")), "study.toml: is not UTF-8 text (line 1)"),
        (lambda: ((staff / "study.toml").unlink(), (staff / "study.toml").mkdir()), "no study here"),
    ):
        make()
        assert main(["run", str(staff)]) == 2
        printed = capsys.readouterr().err
        assert says in printed
        assert "Traceback" not in printed
        assert len(printed.strip().splitlines()) == 1
    for name in ("x" * 5000, "a\x00b", "*"):
        for command in ("run", "check", "list", "report"):
            assert main([command, name]) == 2
            assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [("[[sums_to_one]]\nvariable = 3\nover = 'Skill'\n", "sums_to_one > 1 > variable"), ("a = [", "not valid TOML")],
)
def test_a_broken_checks_file_is_named_where_a_site_needs_it(
    staff: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    (staff / "staff" / "checks.toml").write_text(text, encoding="utf-8")
    (staff / "site.csv").write_text("parameter,value,unit,source,note\nhiring,10,WTE/Year,s,n\n", encoding="utf-8")
    study = staff / "study.toml"
    study.write_text('site = "site.csv"\n' + study.read_text(encoding="utf-8"), encoding="utf-8")
    for command in (["run", str(staff)], ["check", str(staff / "staff")]):
        assert main(command) == 2
        printed = capsys.readouterr().err
        assert "checks.toml" in printed
        assert says in printed


def test_what_a_model_names_does_nothing_to_a_terminal(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = staff / "staff" / "parameters.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("made up", "made \x1b[31mup\x07"), encoding="utf-8")
    assert main(["list", str(staff / "staff")]) == 0
    printed = capsys.readouterr().out
    assert "made up" in printed
    assert "\x1b" not in printed
    assert "\x07" not in printed
