"""Money is an integer number of fen. Decimal appears only here, at the edges; sums are sums of whole fen."""

import re
from decimal import Decimal, InvalidOperation

Fen = int
_WRITTEN = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?")
LARGEST = 10**12  # yuan; anything above is a slip of the keyboard


def yuan(amount: Fen) -> str:
    """``1250`` → ``12.50``; a negative amount keeps its sign."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 100)
    return f"{sign}{whole}.{rest:02d}"


def parse_yuan(value: str | Decimal | float) -> Fen:
    """Yuan as written by a person or a spreadsheet → fen.

    Accepts ``12``, ``12.5``, ``¥12.50``, ``12.50元``, ``1,234.50`` and full-width digits; ``2,50`` is refused, for it is not 250.

    Raises
    ------
    ValueError
        Not a plain number, not finite, or finer than one fen: nothing is rounded silently.
    """
    if isinstance(value, bool):
        raise ValueError("expected an amount in yuan, got a yes/no value")  # noqa: TRY004 -- one error type for callers
    text = str(value).strip().removeprefix("¥").removeprefix("¥").removesuffix("元").strip()
    if isinstance(value, str) and not _WRITTEN.fullmatch(text):
        raise ValueError(f"expected an amount in yuan, got {value!r}")
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"expected an amount in yuan, got {value!r}") from None
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise ValueError(f"expected an amount in yuan, got {value!r}")
    fen = amount * 100
    if fen != fen.to_integral_value():
        raise ValueError(f"an amount has at most two decimals, got {value!r}")
    return int(fen)
