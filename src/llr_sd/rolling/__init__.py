"""The rolling review: a new quarter held against the forecast made before it, a corrected state, and a start from there."""

from llr_sd.rolling.compare import Comparison, Held, compare
from llr_sd.rolling.folder import write_review
from llr_sd.rolling.note import bias, note, verdict
from llr_sd.rolling.state import Collapsed, State, corrected

__all__ = ["Collapsed", "Comparison", "Held", "State", "bias", "compare", "corrected", "note", "verdict", "write_review"]
