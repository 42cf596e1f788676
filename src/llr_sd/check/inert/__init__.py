"""Parts of a model that do nothing in any run that studies make of it: warnings of `llr-sd check`."""

from llr_sd.check.inert.parts import SECTION, inert_parts

__all__ = ["SECTION", "inert_parts"]
