"""Use-cases of the resident ledger."""

from mealroute.residents.intake import import_residents

__all__ = ["import_residents"]
