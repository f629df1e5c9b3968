"""``python -m solver solve | check | warm``: see docs/solver-json.md.

Exit 0 done, 1 internal error, 2 input error, 3 (check only) violations found; errors are one line on standard error.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from solver.problem import ProblemError

DONE: Final = 0
INTERNAL_ERROR: Final = 1
INPUT_ERROR: Final = 2
VIOLATIONS: Final = 3
LEAST_SHARE: Final = 0.5
"""Loading the compiled search takes a second or two, which counts; of a very short limit the search gets at least so much all the same."""
WRITING_S: Final = 0.05
"""Kept back from the time limit for checking and writing the plan, and as much per 1,000 stops."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ProblemError("arguments", None, message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. The answer goes to standard output or a file, what is wrong to standard error."""
    called = time.monotonic()
    try:
        options = _parser().parse_args(arguments)
        if options.command == "warm":
            return _warm()
        return _check(options) if options.command == "check" else _solve(options, called)
    except ProblemError as error:
        return _complain(str(error), INPUT_ERROR)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # else the interpreter complains once more on its way out
        return _complain("nobody reads the answer", INTERNAL_ERROR)
    except KeyboardInterrupt:
        return _complain("cancelled", INTERNAL_ERROR)
    except Exception as error:  # noqa: BLE001  the last resort of a command: one line, not a traceback
        return _complain(f"internal error: {type(error).__name__}: {error}", INTERNAL_ERROR)


def _warm() -> int:
    """Compile the kernel, where that was not done yet."""
    from solver.kernel.ready import load

    load(lambda name, share: print(f"{share:4.0%} {name}", file=sys.stderr))
    return DONE


def _complain(message: str, code: int) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m solver", description="Plan routes, or check a plan. Times in seconds.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("warm", help="compile the search kernel now (a minute, once for each version)")
    solve = commands.add_parser("solve", help="plan the routes of a problem")
    solve.add_argument("problem", help="problem JSON; - is standard input")
    solve.add_argument("-o", "--output", metavar="PLAN.json", help="where the plan goes; standard output if absent")
    solve.add_argument("--time-limit", type=float, default=10.0, metavar="S", help="wall time; default 10")
    solve.add_argument("--seed", type=int, default=0, metavar="N")
    solve.add_argument("--threads", type=int, default=1, metavar="N")
    solve.add_argument("--engine", choices=("auto", "ortools", "sisr"), default="auto")
    solve.add_argument("--max-iterations", type=int, metavar="N", help="same seed and iterations, same plan")
    check = commands.add_parser("check", help="re-compute a plan and list what it breaks")
    check.add_argument("problem", help="problem JSON; - is standard input")
    check.add_argument("plan", help="plan JSON; - is standard input")
    return parser


def _read(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise ProblemError("file", path, f"cannot be read: {error.strerror}") from error


def _check(options: argparse.Namespace) -> int:
    from solver.check import check
    from solver.json_in import read_problem
    from solver.json_out import check_data
    from solver.json_plan import read_plan

    if options.problem == options.plan == "-":
        raise ProblemError("arguments", None, "only one of problem and plan can be standard input")
    problem = read_problem(_read(options.problem))
    plan = read_plan(_read(options.plan))
    violations = check(problem, plan)
    _write(None, json.dumps(check_data(problem, plan, violations), ensure_ascii=False, indent=1) + "\n")
    return VIOLATIONS if violations else DONE


def _solve(options: argparse.Namespace, called: float) -> int:
    from solver.check import check
    from solver.json_in import read_problem
    from solver.json_out import write_plan
    from solver.options import EngineCannot, SolveOptions

    _require_sense(options)
    problem = read_problem(_read(options.problem))
    reserve = WRITING_S * (1 + len(problem.stops) / 1000)
    from solver.portfolio import load, solve  # late: a wrong input is answered before engines are loaded

    read = time.monotonic()
    if options.engine != "ortools":
        load(problem)
    loaded = time.monotonic()
    left = options.time_limit - reserve - (read - called)
    asked = SolveOptions(
        time_limit_s=max(0.0, left - (loaded - read), LEAST_SHARE * left),
        seed=options.seed,
        threads=options.threads,
        engine=options.engine,
        max_iterations=options.max_iterations,
    )
    try:
        plan = solve(problem, asked)
    except EngineCannot as error:
        raise ProblemError(error.key, error.id, error.message, kind=f"--engine {options.engine}") from error
    violations = check(problem, plan)
    if violations:
        raise RuntimeError(f"the plan breaks {len(violations)} rules, first: {violations[0].message}")
    _write(options.output, write_plan(problem, plan))
    return DONE


def _require_sense(options: argparse.Namespace) -> None:
    if not 0 <= options.time_limit < float("inf"):
        raise ProblemError("--time-limit", None, "must be a number of seconds, not negative")
    if options.threads < 1:
        raise ProblemError("--threads", None, "must be at least 1")
    if options.max_iterations is not None and options.max_iterations < 0:
        raise ProblemError("--max-iterations", None, "must not be negative")
    if options.seed < 0:
        raise ProblemError("--seed", None, "must not be negative")
    if options.output is not None and options.output != "-" and not Path(options.output).resolve().parent.is_dir():
        raise ProblemError("-o", options.output, "cannot be written: no such directory")


def _write(path: str | None, text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")  # half a surrogate pair stays the JSON escape that it was
    if path is None or path == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise ProblemError("-o", path, f"cannot be written: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
