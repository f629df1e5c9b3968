"""`python -m mealroute …`."""

import sys

from mealroute.cli import main

sys.exit(main())
