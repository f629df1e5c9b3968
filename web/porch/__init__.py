"""Where everybody comes in: the records of doors go straight to the writer, everything else on to the pages."""
