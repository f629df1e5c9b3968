"""The pages: Flask, server-rendered, one blueprint per job that a person does."""

from web.factory import create_app
from web.serving import serve

__all__ = ["create_app", "serve"]
