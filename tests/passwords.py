"""Passwords that are hashed in no time: what the program takes on purpose, a quarter of a second each, is not what most tests are about."""

from __future__ import annotations

from argon2 import PasswordHasher

from mealroute.accounts import service

SHIPPED = service._HASHER
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_quickly() -> None:
    """Let this process hash with the least that argon2id can be told to do."""
    service._HASHER = QUICK
