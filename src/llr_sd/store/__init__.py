"""Store: results on disk."""

from llr_sd.store.folder import ResultsFolder, open_result

__all__ = ["ResultsFolder", "open_result"]
