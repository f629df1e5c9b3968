"""The compiled search kernel. Only this package imports numba."""
