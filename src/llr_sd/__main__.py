"""`python -m llr_sd` is `llr-sd`."""

import sys

from llr_sd.cli import main

sys.exit(main())
