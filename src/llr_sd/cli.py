"""The command line: parse, call, print."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llr_sd import workforce_cli
from llr_sd.console import ProgressBar, degrade, ended, interrupts, let_go, say, show_file, tell, unforeseen
from llr_sd.errors import InputError, LlrSdError, nearest, shown

GUIDE = """\
llr-sd asks what-if questions of health-workforce models and says how sure the answers are.

Start here:
  llr-sd run gp_plan                run the study of the LLR plan: figures and report.html
  llr-sd explore gp_supply          one page that simulates by itself, with sliders; also for own.mdl or a study
  llr-sd workshop rutland           the SWiPe workshop of a site in one file, for a room
  llr-sd list                       what there is: models, studies, registers
  llr-sd list gp_supply             one model: outputs, parameters with sources, scenarios
  llr-sd list gp_supply retire      what in it speaks of a word
  llr-sd new mine --from gp_plan    a study of your own, to change; also --from site, register or own.mdl
  llr-sd import FILES --out staff   published workforce files and returns of practices become a starting point
  llr-sd check gp_supply            is the model sound? one line a check, with the figure
"""
EPILOG = """\
A study is a folder with a study.toml: a model, scenarios, what is uncertain, and which numbers answer
the question. Its results go to a folder "results" beside it (those of a bundled one to NAME-results here): report.html for reading, workbook.xlsx for
Excel, parquet and zarr for scripts. The same study gives the same results again.

Exit codes: 0 done; 1 ran, but runs or checks failed, or results have not settled; 2 the input is wrong (the message says where).
"""


_STOPPED = "stopped; nothing half written is left."


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors follow the house rule: what, and how to mend it."""

    def error(self, message: str) -> Any:
        if "invalid choice" in message:
            given = re.split(r"['\"]", message.split("invalid choice: ")[1])[1]
            message = f'there is no command "{given}".'
            raise InputError(message, mend=nearest(given, COMMANDS) or "`llr-sd --help` lists the commands.")
        raise InputError(f"{message}.", mend=f"`{self.prog} --help` explains the arguments.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; no exception leaves it but those that end the process (`--help`)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    degrade()
    with interrupts() as stops:
        try:
            options = _parser().parse_args(given)
            code = int(options.command(options))
            if sys.stdout is not None:
                sys.stdout.flush()
            return code
        except BrokenPipeError:
            let_go(sys.stdout)
            return 0
        except KeyboardInterrupt as stop:
            return ended(stop, _STOPPED, 130)
        except LlrSdError as error:
            return ended(error, str(error), error.exit_code, "--debug" in given)
        except Exception as error:
            if stops:
                return ended(error, _STOPPED, 130, "--debug" in given)
            return ended(error, unforeseen(error), 2, "--debug" in given)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="llr-sd", description=GUIDE, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=_version())
    parser.set_defaults(command=lambda _: _help(parser))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)
    for name, (summary, add, run) in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        add(sub)
        sub.add_argument("--debug", action="store_true", help="show the traceback of an error")
        sub.set_defaults(command=run)
    return parser


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 0


def _version() -> str:
    from importlib.metadata import version

    return f"llr-sd {version('llr-sd')}"


def _count(text: str, least: int = 0) -> int:
    """Read a number of members."""
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or int(text) < least:
        raise argparse.ArgumentTypeError(f"{shown(text)} is not a whole number from {least} to 9999")
    return int(text)


def _threads(text: str) -> int:
    return _count(text, least=1)


# --- run --------------------------------------------------------------------------------------------------------------


def _add_run(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "study", metavar="STUDY", help="a study folder or study.toml, or the name of a bundled study, such as gp_plan"
    )
    sub.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="results folder (default: results, beside the study; NAME-results here for a bundled one)",
    )
    sub.add_argument("--engine", default=None, help='the simulator; "pysd" is the slow reference')
    sub.add_argument(
        "--threads", metavar="N", type=_threads, help="threads (default: one for each core); results do not depend on it"
    )
    sub.add_argument("--scheduler", metavar="ADDRESS", help="run on a Dask cluster, such as tcp://host:8786 (extra: cluster)")
    sub.add_argument("--verify", metavar="K", type=_count, help="run K members again in PySD, to their end, and compare")
    sub.add_argument("--require-converged", action="store_true", help="exit with 1 when sensitivity indices did not settle")


def _run(options: argparse.Namespace) -> int:
    from llr_sd.engine import DEFAULT
    from llr_sd.pipeline import run_study

    bar = ProgressBar()
    try:
        result = run_study(
            options.study,
            options.out,
            engine=options.engine or DEFAULT,
            threads=options.threads,
            scheduler=options.scheduler,
            verify=options.verify,
            progress=bar.show,
        )
    finally:
        bar.close()
    from llr_sd.report import terminal_summary
    from llr_sd.verification import DIFFERS, verifications

    say(terminal_summary(result))
    unsettled = options.require_converged and not result.manifest.get("converged", True)
    apart = any(v.outcome == DIFFERS for v in verifications(result.manifest).values())
    known = result.manifest.get("gaps") or result.manifest.get("warnings")
    return 1 if len(result.failures) or unsettled or known or apart else 0


# --- list -------------------------------------------------------------------------------------------------------------


def _add_list(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", metavar="NAME", nargs="?", help="a model, a study or a register; without it, all there are")
    sub.add_argument(
        "words", metavar="WORD", nargs="*", help="show what in the model speaks of these words: names, labels, units, notes"
    )
    sub.add_argument(
        "--write-parameters", action="store_true", help="draft the parameter table of your own model beside it, then stop"
    )


def _list(options: argparse.Namespace) -> int:
    from llr_sd.listing import model_called, show

    if not options.write_parameters:
        return show(options.name, options.words)
    from llr_sd.drafts import draft_parameters

    if options.name is None:
        raise InputError("--write-parameters needs a model.", mend="Write `llr-sd list MODEL --write-parameters`.")
    file = draft_parameters(model_called(options.name))
    say(f"{file}\nFill in source and grade (A source document, B literature, C judgement), ranges, groups and labels.")
    return 0


# --- new --------------------------------------------------------------------------------------------------------------


def _add_new(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("folder", metavar="FOLDER", type=Path, help="the folder to make")
    sub.add_argument(
        "--from",
        metavar="WHAT",
        dest="start",
        required=True,
        help="a bundled study, site, register, a model such as own.mdl, or imported staff such as staff/gp_supply.csv",
    )


def _new(options: argparse.Namespace) -> int:
    import shlex

    from llr_sd.drafts import new_study

    files = new_study(options.folder, options.start)
    say("\n".join(map(str, files)))
    say(f"\nRun it: llr-sd run {shlex.quote(str(options.folder))}")
    return 0


# --- explore ----------------------------------------------------------------------------------------------------------


def _add_explore(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "what",
        metavar="WHAT",
        help="a study folder, study.toml or bundled study; a bundled model, a model folder, or a .mdl or XMILE file; the folder of an "
        "import, or a table of it that a model starts from, such as staff/gp_supply.csv",
    )
    sub.add_argument(
        "--out", metavar="FILE", type=Path, help="the page, a file that ends in .html (default: NAME-explore.html here)"
    )
    sub.add_argument("--open", action="store_true", help="open it in the browser")


def _explore(options: argparse.Namespace) -> int:
    from llr_sd.exploring import write_page

    tell("making the page ...")
    written = write_page(options.what, options.out)
    say(f"{written.path}\n{written.words}")
    if options.open:
        show_file(written.path)
    return 0


# --- report -----------------------------------------------------------------------------------------------------------


def _add_report(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("results", metavar="RESULTS", help="a results folder that `llr-sd run` wrote")


def _report(options: argparse.Namespace) -> int:
    from llr_sd.report import terminal_summary, write_report, write_workbook
    from llr_sd.store import drawing_again

    with drawing_again(options.results) as result:
        write_report(result)
        write_workbook(result)
    say(terminal_summary(result))
    return 0


# --- check ------------------------------------------------------------------------------------------------------------


def _add_check(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("model", metavar="MODEL", nargs="?", help="a bundled model, a model folder, or a .mdl or XMILE file")
    sub.add_argument("--out", metavar="FILE", type=Path, help="write the sheet as CSV, one line a check or a mutant")
    sub.add_argument(
        "--statistics",
        action="store_true",
        help="check no model, but the intervals that studies print: how often each kind holds a truth that is known",
    )
    sub.add_argument(
        "--write-golden", action="store_true", help="run the model in PySD and write golden.csv beside it, then stop"
    )
    sub.add_argument(
        "--study",
        metavar="STUDY",
        action="append",
        default=[],
        help="look for parts of the model that do nothing in the runs of this study, too (may be given again)",
    )
    sub.add_argument(
        "--mutations",
        metavar="N",
        nargs="?",
        const=True,
        type=_mutants,
        help="put faults into the model, one at a time (N of them, or all), and tell which its checks do not notice",
    )


def _mutants(text: str) -> int:
    return _count(text, least=1)


def _mutate(options: argparse.Namespace) -> int:
    from llr_sd.check.mutations import ENOUGH, mutate_model

    bar = ProgressBar(" mutants")
    try:
        sheet = mutate_model(options.model, None if options.mutations is True else options.mutations, bar.show)
    finally:
        bar.close()
    say(sheet.text())
    _write(sheet.to_frame(), options.out)
    return 0 if sheet.share >= ENOUGH else 1


def _write(frame: Any, file: Path | None) -> None:
    from llr_sd.store import write_csv

    if file is None:
        return
    try:
        write_csv(frame, file)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror or error}).", where=str(file)) from error


def _check(options: argparse.Namespace) -> int:
    from llr_sd.check import check_model, check_statistics, write_golden
    from llr_sd.model import load_model

    alone = options.write_golden or options.mutations
    if (options.model is None) != options.statistics or (options.statistics and alone):
        raise InputError(
            "check takes a model, or --statistics by itself.", mend="Name a model; `llr-sd list` shows the bundled ones."
        )
    if options.write_golden and (options.mutations or options.out or options.study):
        raise InputError("--write-golden stands by itself.", mend="Leave out the other options.")
    if options.write_golden:
        say(f"golden: {write_golden(load_model(options.model))}")
        return 0
    if options.mutations:
        return _mutate(options)
    if options.statistics:
        bar = ProgressBar(" seeds")
        try:
            sheet = check_statistics(progress=bar.show)
        finally:
            bar.close()
    else:
        sheet = check_model(options.model, studies=options.study)
    say(sheet.text())
    _write(sheet.to_frame(), options.out)
    return 0 if sheet.passed else 1


# --- bench ------------------------------------------------------------------------------------------------------------


def _add_bench(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("model", metavar="MODEL", nargs="?", help="a model; without it, every bundled one")
    sub.add_argument("--out", metavar="FILE", type=Path, help="write the measurements as JSON")


def _bench(options: argparse.Namespace) -> int:
    from llr_sd.bench import main_bench

    return main_bench(options.model, options.out)


COMMANDS: dict[str, tuple[str, Any, Any]] = {
    "run": ("Run a study and write its results, figures and report.", _add_run, _run),
    "explore": (
        "Make one page of a model or a study that simulates by itself: levers, pictures with ranges, comparisons; no network needed.",
        _add_explore,
        _explore,
    ),
    **workforce_cli.COMMANDS,
    "new": ("Make a study folder of your own that runs as it stands.", _add_new, _new),
    "list": ("Show models, parameters with their sources, scenarios and studies.", _add_list, _list),
    "check": (
        "Check a model: units, parameters, conservation, extremes, loops, PySD; or the package's own intervals. One line each.",
        _add_check,
        _check,
    ),
    "bench": ("Measure the compiled engine against PySD on this machine.", _add_bench, _bench),
    "report": ("Draw the figures and the report of a results folder again.", _add_report, _report),
}

if __name__ == "__main__":
    sys.exit(main())
