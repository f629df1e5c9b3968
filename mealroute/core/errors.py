"""What a person can mend: a stable code, one sentence, and a hint how to mend it. Programmers' mistakes are ValueErrors."""


class MealrouteError(Exception):
    """A refusal with ``code`` (kebab-case, stable), ``sentence`` and ``hint`` (both already in the reader's language)."""

    status = 422

    def __init__(self, code: str, sentence: str, hint: str = "", **facts: object) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.hint = hint
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence} {self.hint}".strip()


class NotFound(MealrouteError):
    """The thing does not exist, or lies outside what this person may see (the two look the same)."""

    status = 404


class Forbidden(MealrouteError):
    """The person's role does not allow it."""

    status = 403


class Conflict(MealrouteError):
    """Somebody else was first, or the thing is already in a state that does not allow it."""

    status = 409
