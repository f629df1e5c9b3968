"""The command line: parses, opens the installation, calls one command, prints one clear sentence when something is refused."""

import argparse
import gc
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import set_language
from mealroute.core.slots import MealSlot

KINDS = (
    "areas",
    "vendors",
    "kitchens",
    "stations",
    "drivers",
    "vehicles",
    "dishes",
    "menu",
    "residents",
    "standing-orders",
)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(
        prog="python -m mealroute", description="Plan, deliver and account for subsidised meals."
    )
    top.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of papers and messages")
    commands = top.add_subparsers(dest="command", required=True)

    demo = commands.add_parser(
        "demo", help="load the sample district, run its next service day, close last month, serve"
    )
    demo.add_argument("--day", type=date.fromisoformat, help="the service day (default: the next one)")
    demo.add_argument("--no-serve", action="store_true", help="stop after the main job")
    demo.add_argument("--time-limit", type=float, default=30.0, help="seconds of search for the day's plan")
    demo.add_argument("--port", type=int, default=8000)

    commands.add_parser("migrate", help="bring the database to the newest schema")

    bring = commands.add_parser("import", help="bring one spreadsheet in; prints one sentence per bad cell")
    bring.add_argument("kind", choices=KINDS)
    bring.add_argument("file", type=Path)

    roads = commands.add_parser("roads", help="make an OpenStreetMap extract the network for travel times and maps")
    roads.add_argument("file", type=Path)

    plan = commands.add_parser("plan-day", help="orders, book, plan, publication and papers of one day")
    plan.add_argument("day", type=date.fromisoformat)
    plan.add_argument("--slot", type=MealSlot, choices=list(MealSlot), default=MealSlot.LUNCH)
    plan.add_argument("--time-limit", type=float, default=60.0, help="seconds of search")
    plan.add_argument("--draft", action="store_true", help="save the plan but do not publish it")

    pack = commands.add_parser(
        "paper-pack", help="make the paper packs of a day: one PDF a street, to run it without a server"
    )
    pack.add_argument("--day", type=date.fromisoformat, help="the service day (default: the next one)")
    pack.add_argument("--slot", type=MealSlot, choices=list(MealSlot), default=MealSlot.LUNCH)
    pack.add_argument("--street", help="street code (default: every street, and the district's part)")
    pack.add_argument("--out", type=Path, help="also copy the files into this folder, such as a stick or a share")

    close = commands.add_parser("close-period", help="close a month and write its settlement")
    close.add_argument("month", help="YYYY-MM")
    close.add_argument("--payer", help="who pays (default: the district)")

    whole = commands.add_parser(
        "settle-city", help="build a month's claim lines of several districts, each by its own rules"
    )
    whole.add_argument("month", help="YYYY-MM")
    whole.add_argument("--rules", type=Path, required=True, help="a folder with a folder of rules for each district")
    whole.add_argument("--processes", type=int, default=2)
    score = commands.add_parser("score-vendors", help="write the vendors' scores of a month that is over")
    score.add_argument("--month", required=True, help="YYYY-MM")

    look = commands.add_parser(
        "check-month", help="look at a month's doors and claims with every check; exit 3 if something blocks payment"
    )
    look.add_argument("month", help="YYYY-MM")

    recheck = commands.add_parser(
        "check-settlement", help="add a settlement file up again, without the database; exit 3 if it does not fit"
    )
    recheck.add_argument("file", type=Path)
    recheck.add_argument("--summary", type=Path, help="a summary.json to compare with")
    recheck.add_argument("--digest", default="", help="the SHA-256 of the data rows that the export's note states")

    book = commands.add_parser("rulebook", help="check a file of subsidy rules; exit 3 if anything in it is wrong")
    book.add_argument("action", choices=("check",))
    book.add_argument("file", type=Path)

    user = commands.add_parser("add-user", help="a sign-in with a fresh password, printed once")
    user.add_argument("login")
    user.add_argument("role")
    user.add_argument("--name", default="")
    user.add_argument("--street", help="street code that limits what the person sees")
    user.add_argument("--vendor", help="vendor code")
    user.add_argument("--kitchen", help="kitchen code")
    user.add_argument("--driver", help="driver code")

    serve = commands.add_parser("serve", help="serve the pages")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)

    work = commands.add_parser(
        "work", help="carry planning jobs on this machine for a dask scheduler, until terminated"
    )
    work.add_argument("scheduler", nargs="?", help="its address, tcp://host:8786 (default: MEALROUTE_SCHEDULER)")
    work.add_argument("--threads", type=int, help="jobs at once (default: one for each processor)")

    commands.add_parser("verify-audit", help="walk the audit chain; exit 3 if it does not hold")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 refused (one sentence on standard error), 2 usage, 3 a check found something."""
    args = parser().parse_args(argv)
    set_language(args.lang)
    # A command loads thousands of rows that stay alive; collecting often costs a third of its time.
    gc.set_threshold(100_000, 50, 50)
    try:
        return _run(args)
    except MealrouteError as error:
        print(f"{error.sentence} {error.hint}".strip(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(args: argparse.Namespace) -> int:
    from mealroute.commands import checks, city, day, demo, files, packs, people, rules, scores, setup, system

    match args.command:
        case "demo":
            return demo.run(day=args.day, serve=not args.no_serve, time_limit_s=args.time_limit, port=args.port)
        case "migrate":
            return system.schema(setup.open_here())
        case "import":
            return files.run(setup.open_here(), args.kind, args.file)
        case "roads":
            return system.roads(setup.open_here(), args.file)
        case "plan-day":
            return day.command(
                setup.open_here(), args.day, args.slot, time_limit_s=args.time_limit, publish=not args.draft
            )
        case "paper-pack":
            return packs.command(setup.open_here(), args.day, args.slot, street=args.street, out=args.out)
        case "close-period":
            return system.close_period(setup.open_here(), args.month, payer=args.payer)
        case "settle-city":
            return city.command(setup.open_here(), args.month, args.rules, processes=args.processes)
        case "score-vendors":
            return scores.command(setup.open_here(), args.month)
        case "check-month":
            return checks.command(setup.open_here(), args.month)
        case "check-settlement":
            return system.check_settlement(args.file, args.summary, args.digest)
        case "rulebook":
            return rules.check(args.file)
        case "add-user":
            return people.add_user(setup.open_here(), args)
        case "serve":
            setup.open_here()
            return system.serve(args.host, args.port)
        case "work":
            return system.work(setup.open_here(), args.scheduler, args.threads)
        case "verify-audit":
            setup.open_here()
            return system.verify_audit()
        case _:
            raise ValueError(args.command)
