"""The blueprints, one per job that a person does."""

from flask import Flask

from web import (
    account,
    ahead,
    api,
    audit,
    casefiles,
    cases,
    cash,
    checks,
    claims,
    complaints,
    counter,
    dishes,
    dispatch,
    doors,
    driver,
    exporting,
    faces,
    fallback,
    home,
    hotline,
    imports,
    jobs,
    keying,
    kitchen,
    lastseen,
    live,
    menus,
    offer,
    orders,
    paper,
    phone,
    plan,
    publish,
    residents,
    rulebook,
    settlement,
    swipes,
    timebank,
    today,
    users,
    vendors,
    vendorscore,
    vendorwork,
)

PACKAGES = (
    account, ahead, api, audit, cash, checks, claims, complaints, counter, dishes, driver, faces, fallback, home, hotline, imports, jobs, keying, kitchen, live, menus, offer, orders, paper, plan, publish, residents, rulebook, settlement, swipes, timebank, today, users, vendors, vendorscore, dispatch, doors, phone, vendorwork, casefiles, cases, lastseen, exporting,
)  # fmt: skip


def register(app: Flask) -> None:
    """Put every blueprint at its place."""
    for package in PACKAGES:
        app.register_blueprint(package.bp)
