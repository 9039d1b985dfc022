"""Registers the countries of the programmes that ship with the product, from public reference data."""

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from services.registry.programme.programmes.catalogue import catalogue
from services.registry.register.territories.commands import register_country
from shared.kernel.clock import know_tenant
from shared.kernel.tenancy import enter

DATA = Path(__file__).parent / "data"
COUNTRIES = {"IR": ({"fa": "ایران", "en": "Iran"}, "iran-provinces.json")}


def load_territories(session: Session, *, now: datetime) -> int:
    """Register the country and provinces of every programme's tenant; returns how many were new (R-039).

    Codes are the current ISO 3166-2 ones. Enters the scope of each tenant; running it again adds what is missing.
    """
    new = 0
    for tenant, country in sorted({(each.tenant, each.country) for each in catalogue()}):
        if country not in COUNTRIES:
            continue
        know_tenant(session, tenant)
        enter(session, tenant=tenant, province="*")
        names, file = COUNTRIES[country]
        provinces = {each["code"]: each["names"] for each in json.loads((DATA / file).read_text(encoding="utf-8"))}
        new += register_country(session, tenant=tenant, country=country, names=names, provinces=provinces, now=now)
    return new
