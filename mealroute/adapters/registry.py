"""What runs outside the requests of a page. Named, not imported: what does the work lies downstream of the adapters.

A feature adds one line here, and the words for a kind of job to ``web.vocabulary`` (``job-kind``).
"""

HANDLERS: dict[str, str] = {
    "plan-day": "mealroute.planning.jobs:plan_day",
    "draft-replan": "mealroute.drafting.jobs:replan",
    "draft-what-if": "mealroute.drafting.jobs:what_if",
    "vendor-exit-trial": "mealroute.commands.vendor_exit_job:run",
    "paper-packs": "mealroute.paper.nightly:run",
    "export-file": "mealroute.exporting.jobs:run",
    "rule-trial": "mealroute.trials.service:run",
    "prepare-month": "mealroute.settlement.jobs:run",
    "approve-month": "mealroute.settlement.jobs:run",
    "sign-month": "mealroute.settlement.signing_jobs:run",
    "reckon-month": "mealroute.settlement.view_jobs:run",
    "check-month": "mealroute.oversight.checking:run",
}
"""Job kind → ``module:function`` of ``(job: JobContext) -> None``, which works in a process of its own."""

TICKS: dict[str, tuple[str, float]] = {
    "case-ladder": ("mealroute.delivery.ladder:tick", 10.0),
    "silent-days": ("mealroute.welfare.sweep:tick", 600.0),
    "outbox": ("mealroute.adapters.outbox_tick:tick", 10.0),
    "offers-sweep": ("mealroute.dispatch.offer_sweep:tick", 5.0),
    "vendor-scores": ("mealroute.oversight.scoring:tick", 3600.0),
    "paper-packs": ("mealroute.paper.nightly:tick", 300.0),
    "time-bank": ("mealroute.timebank.service:tick", 900.0),
    "old-exports": ("mealroute.exporting.jobs:tick", 900.0),
    "draft-grounds": ("mealroute.drafting.emptying:tick", 3600.0),
}
"""Name → (``module:function``, seconds between two runs) of ``(*, clock: Clock) -> None``, which the web process calls.

A tick opens its own unit of work, does a bounded amount, and is idempotent: two web processes may call it in the same moment.
"""
