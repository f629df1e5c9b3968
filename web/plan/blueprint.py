"""The addresses of the plan pages hang on this."""

from flask import Blueprint

bp = Blueprint("plan", __name__, template_folder="templates")
