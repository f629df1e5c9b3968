"""The tables as compiled code sees them: ``w`` is the address of a list of addresses and sizes, four words a table.

A table is taken up by ``of.name(w)``. Handing the arrays themselves from function to function would count references and copy their
descriptions at every call, which took thirty times as long.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from solver.kernel.cache import jit
from solver.kernel.layout import FACTS, LINKS, PRICES, TIMES, TRIP_COLS, VEHICLE_COLS, VEHICLE_FACTS

ORDER: Final = (
    "ways",
    "ways_to",
    "metres",
    "metres_to",
    "windows",
    "delivery",
    "pickup",
    "order_keys",
    "order_shares",
    "neighbours",
    "adjacent",
    "allowed",
    "credit",
    "vehicle",
    "price",
    "capacity",
    "class_from",
    "sizes",
    "fact",
    "link",
    "time",
    "loads",
    "peaks",
    "trip",
    "trip_load",
    "now",
    "class_list",
    "class_free",
    "depot_free",
    "slots",
    "out",
    "totals",
    "journal",
    "saved",
    "scratch",
    "random",
)
"""The tables in the order of their words; those of solver.kernel.world.World."""


@intrinsic  # type: ignore[untyped-decorator]
def _pointer(_context: Any, address: Any) -> Any:
    def build(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), build


@jit
def _words(w: Any) -> Any:
    return carray(_pointer(w), (256,), np.int64)


@jit
def ways(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[0]), (words[1], words[2], words[3]), np.int32)


@jit
def ways_to(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[4]), (words[5], words[6], words[7]), np.int32)


@jit
def metres(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[8]), (words[9], words[10], words[11]), np.int32)


@jit
def metres_to(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[12]), (words[13], words[14], words[15]), np.int32)


@jit
def windows(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[16]), (words[17], 2), np.int64)


@jit
def delivery(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[20]), (words[21], words[22]), np.int64)


@jit
def pickup(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[24]), (words[25], words[26]), np.int64)


@jit
def order_keys(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[28]), (words[29], words[30]), np.float64)


@jit
def order_shares(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[32]), (words[33],), np.float64)


@jit
def neighbours(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[36]), (words[37], words[38]), np.int32)


@jit
def adjacent(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[40]), (words[41], words[42]), np.int32)


@jit
def allowed(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[44]), (words[45], words[46]), np.uint8)


@jit
def credit(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[48]), (words[49], words[50]), np.float64)


@jit
def vehicle(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[52]), (words[53], VEHICLE_FACTS), np.int64)


@jit
def price(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[56]), (words[57], PRICES), np.float64)


@jit
def capacity(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[60]), (words[61], words[62]), np.int64)


@jit
def class_from(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[64]), (words[65],), np.int64)


@jit
def sizes(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[68]), (words[69],), np.int64)


@jit
def fact(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[72]), (words[73], FACTS), np.int64)


@jit
def link(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[76]), (words[77], LINKS), np.int64)


@jit
def time(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[80]), (words[81], TIMES), np.int64)


@jit
def loads(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[84]), (words[85], words[86]), np.int64)


@jit
def peaks(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[88]), (words[89], words[90]), np.int64)


@jit
def trip(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[92]), (words[93], TRIP_COLS), np.int64)


@jit
def trip_load(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[96]), (words[97], words[98]), np.int64)


@jit
def now(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[100]), (words[101], VEHICLE_COLS), np.int64)


@jit
def class_list(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[104]), (words[105],), np.int64)


@jit
def class_free(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[108]), (words[109],), np.int64)


@jit
def depot_free(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[112]), (words[113], words[114]), np.int64)


@jit
def slots(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[116]), (words[117],), np.int64)


@jit
def out(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[120]), (words[121],), np.int64)


@jit
def totals(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[124]), (words[125],), np.float64)


@jit
def journal(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[128]), (words[129],), np.int64)


@jit
def saved(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[132]), (words[133],), np.int64)


@jit
def scratch(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[136]), (words[137], words[138]), np.int64)


@jit
def random(w: Any) -> Any:
    words = _words(w)
    return carray(_pointer(words[140]), (words[141],), np.uint64)
