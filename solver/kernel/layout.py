"""What the columns of the kernel's tables mean.

The kernel knows numbers only. *Nodes*: the stops first, then every vehicle's breaks, then two sentinels a trip slot (where it loads,
where it returns). Each trip is a list of nodes linked both ways from its first sentinel to its last. Times are seconds.

A trip that leaves its depot at ``d`` leaves a node at ``max(A, d + B)``, if ``LO <= d <= HI``: waiting makes ``A``, ways and service make
``B``, windows make ``HI``, and the ride limit makes ``LO`` (leaving later means waiting less with food aboard). What comes after a node is a
function of the moment ``x`` at which it is left: the return is ``max(SA, x + SB)``, if ``x <= SW``, ``d >= SL`` and ``x - d <= SQ``. So an insertion between
two nodes is judged in constant time, ride limit included. T. Vidal, T. G. Crainic, M. Gendreau and C. Prins, "A hybrid genetic algorithm with
adaptive diversity management for a large class of vehicle routing problems with time windows", Computers & OR 40 (2013), concatenate
segments in the same way, with durations instead of departures.
"""

from __future__ import annotations

from typing import Final

BIG: Final = 1 << 40
"""No limit; sums of a few of them still fit int64."""

# -- nodes, links: int64 ------------------------------------------------------------------------------------------------------
PRED: Final = 0
SUCC: Final = 1
TRIP: Final = 2  # -1: not in a trip
LOC: Final = 3
LEG_S: Final = 4  # seconds from the node before
LEG_M: Final = 5  # metres from the node before
WINDOW: Final = 6  # which of its windows is in use
OUT_AT: Final = 7  # place in the list of stops left out, -1 if served
LINKS: Final = 8

# -- nodes, times: int64 ------------------------------------------------------------------------------------------------------
A: Final = 0
B: Final = 1
LO: Final = 2
HI: Final = 3
SA: Final = 4
SB: Final = 5
SW: Final = 6
SL: Final = 7
SQ: Final = 8
RELEASED: Final = 9  # latest release up to here
S_RELEASED: Final = 10  # latest release after here
TIMES: Final = 12

# -- nodes, facts: int64 ------------------------------------------------------------------------------------------------------
OPEN: Final = 0  # the window in use
CLOSE: Final = 1
SERVICE: Final = 2
SETUP: Final = 3
RELEASE: Final = 4
RIDE: Final = 5  # own ride limit, -1: the vehicle's
OWNER: Final = 6  # vehicle that it is locked to, -1: none
RANK: Final = 7  # its place among the locked stops of that vehicle
WEIGHT: Final = 8  # what leaving it out weighs
WINDOWS: Final = 9  # how many windows
FIRST_WINDOW: Final = 10
IS_BREAK: Final = 11
FACTS: Final = 12

# -- trips: int64 -------------------------------------------------------------------------------------------------------------
VEHICLE: Final = 0
BEFORE: Final = 1  # trip before, -1: none
AFTER: Final = 2
COUNT: Final = 3  # stops
EARLIEST: Final = 4  # the trips before let it leave from here on
LATEST: Final = 5  # the trips after want it back by then
RA: Final = 6  # returns at max(RA, d + RB) when it leaves at d, RLO <= d <= RHI
RB: Final = 7
RLO: Final = 8
RHI: Final = 9
TRIP_S: Final = 10
TRIP_M: Final = 11
PA: Final = 12  # the trips before return at max(PA, first departure + PB), PLO <= first departure <= PHI
PB: Final = 13
PLO: Final = 14
PHI: Final = 15
NA: Final = 16  # the route ends at max(NA, x + NB) when the trip after may leave from x on, x <= NHI
NB: Final = 17
NHI: Final = 18
CHANGED: Final = 19  # 1: a node was taken out since its times were computed
TRIP_W: Final = 20  # work: ways, loading, setup and service
TRIP_COLS: Final = 21

# -- vehicles, facts: int64 -----------------------------------------------------------------------------------------------------
KIND: Final = 0  # which matrix
START: Final = 1
END: Final = 2
FROM: Final = 3
UNTIL: Final = 4
LOADING: Final = 5
MAX_TRIPS: Final = 6
MAX_TASKS: Final = 7
MAX_TRAVEL: Final = 8
MAX_METRES: Final = 9
MAX_DURATION: Final = 10
DEFAULT_RIDE: Final = 11
CLASS: Final = 12
DEPOT: Final = 13  # row of the depots' limits, -1: unlimited
BREAKS: Final = 14
FIRST_BREAK: Final = 15
FAIR: Final = 16  # seconds of work from which on more of it is priced
VEHICLE_FACTS: Final = 17

# -- vehicles, prices: float64 ------------------------------------------------------------------------------------------------------
PER_S: Final = 0
PER_M: Final = 1
FIXED: Final = 2
WORN: Final = 3  # per second of work above FAIR
PRICES: Final = 4

# -- vehicles, now: int64 -----------------------------------------------------------------------------------------------------------
FIRST: Final = 0  # first trip, -1: unused
LAST: Final = 1
TRIPS: Final = 2
TASKS: Final = 3
ROUTE_S: Final = 4
ROUTE_M: Final = 5
SAVED: Final = 6  # the step in which it was noted in the journal
FREE_AT: Final = 7  # its place in the list of its class
OPEN_HERE: Final = 8  # 1: this search may use it
HOLDS_LOCKED: Final = 9
WORK: Final = 10  # travel, loading, service
VEHICLE_COLS: Final = 11

# -- totals: float64 ------------------------------------------------------------------------------------------------------------------
COST: Final = 0
MISSING: Final = 1
TOTALS: Final = 4
