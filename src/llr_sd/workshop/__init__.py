"""The SWiPe workshop of a site as one HTML page: `llr-sd workshop`."""

from llr_sd.workshop.guide import guide_text
from llr_sd.workshop.made import Written, write_workshop

__all__ = ["Written", "guide_text", "write_workshop"]
