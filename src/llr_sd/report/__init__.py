"""From a study's numbers to pictures, a page, a workbook and a summary on the terminal; nothing here computes a result."""

from llr_sd.report.page import write_report
from llr_sd.report.terminal import terminal_summary
from llr_sd.report.workbook import write_workbook

__all__ = ["terminal_summary", "write_report", "write_workbook"]
