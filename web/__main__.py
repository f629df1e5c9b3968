"""`python -m web`: the pages on this machine, for development; `--routes` lists every address and who may open it."""

import argparse

from mealroute.core.config import Settings
from web.factory import create_app
from web.serving import serve


def routes() -> list[str]:
    """One line an address: methods, address, permission. The checked-in list (web/routes.txt) is made of these."""
    app = create_app(testing=True)
    return sorted(
        f"{','.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))} {rule.rule} "
        f"{getattr(app.view_functions[rule.endpoint], 'permission', '')}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m web", description="Serve the pages on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--routes", action="store_true", help="list the addresses and stop")
    options = parser.parse_args()
    if options.routes:
        print("\n".join(routes()))
        return
    print(f"{'https' if Settings.from_env().tls else 'http'}://{options.host}:{options.port}/", flush=True)
    serve(options.host, options.port)


if __name__ == "__main__":
    main()
