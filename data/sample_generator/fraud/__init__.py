"""A synthetic month for the checks: honest vendors, planted frauds, and innocent cases that look like one. Invented throughout."""
