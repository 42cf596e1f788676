"""A study folder of the user's own that runs as it stands: from a bundled study, a site, staff, a register, or a model."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from llr_sd import bundled
from llr_sd.drafts.baseline import at_time, staff_study
from llr_sd.drafts.model import study_of
from llr_sd.errors import InputError, LlrSdError, nearest, shown
from llr_sd.model import bundled_models
from llr_sd.register import registers_folder
from llr_sd.risks import prepare_register
from llr_sd.run.filled import study_model
from llr_sd.run.prepare import prepare
from llr_sd.study import load_study
from llr_sd.textfiles import is_file, is_folder, read_text, write_new

SITE, REGISTER = "site", "register"
SITE_TIME = 2017.75
"""Of the numbers in the table that a study of a site is drafted with."""


def new_study(folder: Path, start: str) -> tuple[Path, ...]:
    """Write a study folder and hold it against its model, so that it runs at once.

    Parameters
    ----------
    folder
        A new folder, or an empty one.
    start
        A bundled study ("gp_plan"), "site" (a table of a site's own numbers), "register" (risks and matrix to change), what `llr-sd import`
        wrote (its folder, or one table of it that a model starts from), or a model: a bundled name, a folder or a path, which the study names and does not copy.

    Returns
    -------
    tuple
        The files written, `study.toml` first.

    Raises
    ------
    InputError
        When there is something in the folder, or nothing to start from is called so. Nothing is left then.
    """
    if is_file(folder) or (is_folder(folder) and any(folder.iterdir())):
        what = "is a file." if is_file(folder) else "is not empty, and is left as it is."
        raise InputError(what, where=str(folder), mend="Name a new folder.")
    texts = _texts(folder, start)
    first = next((p for p in reversed([folder, *folder.parents]) if not is_folder(p)), None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_new(folder / name, text)
        study = load_study(folder)
        if study.risk_register:
            prepare_register(study)
        else:
            prepare(study, study_model(study))
    except (OSError, ValueError) as error:
        _remove(folder, first, tuple(texts))
        reason = getattr(error, "strerror", None) or "its name is no folder's name"
        raise InputError(f"cannot be made ({reason}).", where=str(folder), mend="Name another folder.") from None
    except LlrSdError:
        _remove(folder, first, tuple(texts))
        raise
    return tuple(folder / name for name in texts)


def _remove(folder: Path, first: Path | None, names: tuple[str, ...]) -> None:
    """Remove what was written, and the folders that were made for it."""
    with suppress(OSError, ValueError):
        for name in names:
            (folder / name).unlink(missing_ok=True)
        for made in (folder, *folder.parents) if first is not None else ():
            made.rmdir()
            if made == first:
                break


def _texts(folder: Path, start: str) -> dict[str, str]:
    """Return the files of the new folder by name."""
    here = Path(__file__).parent
    nearer = is_file(Path(start)) or is_folder(Path(start))
    if not nearer and start == SITE:
        example = bundled.folder("models") / "swipe_site" / "sites" / "rutland.csv"
        return {"study.toml": at_time(read_text(here / "site.toml"), SITE_TIME), "site.csv": read_text(example)}
    if not nearer and start == REGISTER:
        register = read_text(registers_folder() / "llr_2017.toml").replace('"llr_2017_matrix.toml"', '"matrix.toml"')
        matrix = read_text(registers_folder() / "llr_2017_matrix.toml")
        return {"study.toml": read_text(here / "register.toml"), "register.toml": register, "matrix.toml": matrix}
    if not nearer and start in bundled.studies():
        text = read_text(bundled.studies()[start] / "study.toml")
        return {
            "study.toml": f"# Made from the bundled study {start}; it runs as it stands, and every line can be changed.\n{text}"
        }
    if nearer and (drafted := staff_study(Path(start))) is not None:
        return {"study.toml": drafted.text, **{p.name: read_text(p) for p in drafted.tables}}
    if not nearer and start not in bundled_models():
        known = (SITE, REGISTER, *bundled.studies(), *bundled_models())
        mend = nearest(start, known) or f"Known are {', '.join(known)}, and the path of a model of your own."
        raise InputError(f"there is nothing called {shown(start)} to start from.", where="--from", mend=mend)
    return {"study.toml": study_of(start, folder)}
