"""Store: results on disk."""

from llr_sd.store.arrays import Piece, read_runs
from llr_sd.store.folder import ResultsFolder, hashes, open_result, versions
from llr_sd.store.objectcache import ObjectCache
from llr_sd.store.work import WorkFolder

__all__ = ["ObjectCache", "Piece", "ResultsFolder", "WorkFolder", "hashes", "open_result", "read_runs", "versions"]
