"""`python -m web`: the pages on this machine, for development."""

import argparse

from web.serving import serve

parser = argparse.ArgumentParser(prog="python -m web", description="Serve the pages on this machine.")
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=8000)
options = parser.parse_args()
print(f"http://{options.host}:{options.port}/", flush=True)
serve(options.host, options.port)
