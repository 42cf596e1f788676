"""Store: results on disk."""

from llr_sd.store.arrays import Piece, read_runs
from llr_sd.store.cells import guarded, write_csv
from llr_sd.store.folder import ResultsFolder, versions
from llr_sd.store.objectcache import ObjectCache
from llr_sd.store.opening import drawing_again, open_result
from llr_sd.store.place import folders
from llr_sd.store.work import WorkFolder

__all__ = [
    "ObjectCache",
    "Piece",
    "ResultsFolder",
    "WorkFolder",
    "drawing_again",
    "folders",
    "guarded",
    "open_result",
    "read_runs",
    "versions",
    "write_csv",
]
