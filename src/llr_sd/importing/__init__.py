"""Workforce files become a folder: `llr-sd import` and `llr-sd template`."""

from llr_sd.importing.folder import Written, import_files
from llr_sd.importing.reading import Imported, Source, read_files
from llr_sd.importing.template import write_template

__all__ = ["Imported", "Source", "Written", "import_files", "read_files", "write_template"]
