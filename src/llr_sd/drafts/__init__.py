"""First drafts of what a user writes: the parameter table of a model, and a study folder that runs as it stands."""

from llr_sd.drafts.folder import new_study
from llr_sd.drafts.table import draft_parameters

__all__ = ["draft_parameters", "new_study"]
