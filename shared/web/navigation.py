"""Which places of the product a person sees in the bar, by role."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """One entry of the navigation: its key (words `nav.<key>`), service, path, icon, and whether phones show it."""

    key: str
    service: str
    path: str
    icon: str
    phone: bool = False


NATION = Place("nation", "reporting", "/", "home", True)
DUTIES = Place("duties", "registry", "/", "home", True)
PROVINCES = Place("provinces", "registry", "/province-plans", "map")
MY_PROVINCE = Place("province", "registry", "/province-plans", "map")
SECRETARIATS = Place("secretariats", "registry", "/secretariats", "school")
PAIRINGS = Place("pairings", "registry", "/pairings", "link", True)
MEETINGS = Place("meetings", "registry", "/meetings", "calendar", True)
PAPERS = Place("papers", "registry", "/directives", "paper")
KPIS = Place("kpis", "reporting", "/kpis", "chart")
MESSAGES = Place("messages", "notifications", "/deliveries", "mail", True)
KPIS_ON_PHONE = Place("kpis", "reporting", "/kpis", "chart", True)

LETTERS = Place("papers", "registry", "/letters", "paper", True)

NATIONAL_ROLES = ("hq_officer", "hq_viewer", "legal_officer", "tenant_administrator")
AGENCY_ROLES = ("agency_manager", "agency_contact")


def places_of(actor: Any) -> list[Place]:
    """Up to seven places, the first is where one lands: the nation, one's duties, an agency's pairings, deliveries."""
    if actor.has(*NATIONAL_ROLES):
        return [NATION, PROVINCES, PAIRINGS, MEETINGS, PAPERS, KPIS, MESSAGES]
    if actor.has("operator"):
        return [MESSAGES, KPIS_ON_PHONE]
    if all(grant.role in AGENCY_ROLES for grant in actor.roles):
        return [PAIRINGS, MEETINGS, LETTERS]
    return [DUTIES, MY_PROVINCE, SECRETARIATS, PAIRINGS, MEETINGS, PAPERS, KPIS_ON_PHONE]
