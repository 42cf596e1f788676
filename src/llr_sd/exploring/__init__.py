"""A model or a study becomes one HTML page that simulates itself: `llr-sd explore`."""

from llr_sd.exploring.made import Written, explore, page_of, write_page

__all__ = ["Written", "explore", "page_of", "write_page"]
