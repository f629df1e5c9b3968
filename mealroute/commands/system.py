"""Small commands: schema, roads, closing a month, the server, the audit chain."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from mealroute import migrate
from mealroute.adapters import networks
from mealroute.adapters.travel import profile_label
from mealroute.commands.month import write_settlement
from mealroute.commands.setup import Here
from mealroute.core import audit
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import yuan
from mealroute.settlement.overview import overview
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.statement import stored_figures


def schema(_here: Here) -> int:
    """`migrate`: opening the installation has already applied what was missing."""
    print(migrate.schema_version(database.engine()))
    return 0


def roads(here: Here, file: Path) -> int:
    """`roads`: make an OpenStreetMap extract the network of this installation."""
    found = networks.install(file, here.settings)
    with unit_of_work() as db:
        audit.record(
            db, by=SYSTEM, clock=here.clock, action="roads.installed", subject=f"roads/{found.name}", digest=found.digest, rows=found.ways
        )  # fmt: skip
    for profile, kilometres in found.usable_km.items():
        print(
            _(
                "%(profile)s: %(km)s km on which every place reaches every other",
                profile=profile_label(profile),
                km=kilometres,
            )
        )
    return 0


def close_period(here: Here, month: str, *, payer: str | None) -> int:
    """`close-period`: writes the settlement of a closed month; of an open one it says what is still missing (exit 3).

    Closing itself is the work of four people on the month's page; nobody does it alone from a shell.
    """
    who = payer or load_rulebook().payer
    with unit_of_work(read_only=True) as db:
        found = overview(db, who, month, scope=Scope.everything())
        figures = stored_figures(db, who, month) if found.closed else None
    if figures is None:
        for block in found.blocks:
            print(block)
        print(_("%(month)s is open; its four steps are taken on its page.", month=month))
        return 3
    print(
        _(
            "%(month)s closed: %(n)d claim lines, %(yuan)s yuan",
            month=month,
            n=figures.claimed_lines,
            yuan=yuan(figures.claimed_fen),
        )
    )
    for path in write_settlement(here, who, month, here.settings.out_dir / month):
        print(path)
    return 0


def check_settlement(file: Path, summary: Path | None, digest: str = "") -> int:
    """`check-settlement`: 0 when the file fits itself (and the summary), 3 with a sentence for each fault."""
    from mealroute.exporting.recheck import recheck  # pandas takes a moment to load

    found = recheck(file, summary, digest)
    print(
        _(
            "%(lines)d lines, %(portions)d portions, %(yuan)s yuan; residents' part %(copay)s yuan",
            lines=found.lines, portions=found.portions, yuan=yuan(found.amount_fen), copay=yuan(found.copay_fen),
        )
    )  # fmt: skip
    for each in found.by_rule:
        print(f"  {each.rule_id}  {each.document_no}  {each.lines}  {yuan(each.amount_fen)}")
    for name, fen in (*found.by_payer.items(), *found.by_street.items()):
        print(f"  {name}  {yuan(fen)}")
    if found.rows_sha256:
        print(f"SHA-256  {found.rows_sha256}")
    for fault in found.faults:
        print(fault)
    return 3 if found.faults else 0


def serve(host: str, port: int) -> NoReturn:
    """`serve`: become the web server (`python -m web`), which lies above this package and is never imported by it."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "web", "--host", host, "--port", str(port)])


def work(here: Here, scheduler: str | None, threads: int | None) -> int:
    """`work`: be a worker of the planning cluster until terminated."""
    from mealroute.adapters.workers import work_for  # dask takes a moment to load

    address = scheduler or here.settings.scheduler
    if not address:
        raise MealrouteError(
            "scheduler-missing",
            _("Which scheduler to work for is not known."),
            _("Give its address, tcp://host:8786, or set MEALROUTE_SCHEDULER."),
        )
    work_for(address, here.settings, threads=threads)
    return 0


def verify_audit() -> int:
    """`verify-audit`: 0 when the chain of events holds, 3 with the first event that does not fit."""
    with unit_of_work(read_only=True) as db:
        broken = audit.verify(db)
        count = audit.count(db)
    if broken is None:
        print(_("%(n)d events, the chain holds", n=count))
        return 0
    print(_("Event %(n)d does not fit the chain.", n=broken))
    return 3
