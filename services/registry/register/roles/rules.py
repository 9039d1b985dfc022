"""Which roles there are, where they are held, and who may give them. Pure."""

from collections.abc import Iterable
from datetime import date

from shared.kernel.auth import Actor
from shared.kernel.problems import Refusal

NATIONAL = "*"
NATIONAL_ROLES = frozenset({"hq_officer", "hq_viewer", "legal_officer", "tenant_administrator", "operator"})
SCHOOL_ROLES = frozenset({"principal", "secretariat_officer"})
AGENCY_ROLES = frozenset({"agency_manager", "agency_contact"})
PROVINCE_ROLES = frozenset(
    {"province_officer", "province_viewer", "district_officer", "governorate_contact", *SCHOOL_ROLES, *AGENCY_ROLES}
)
ROLES = NATIONAL_ROLES | PROVINCE_ROLES
ADMINISTRATIVE = frozenset({"tenant_administrator", "operator"})


def may_give(role: str, *, by: Actor) -> bool:
    """Whether an actor may give or end a role: nobody hands out more than they oversee."""
    if by.has("system", "tenant_administrator"):
        return True
    if by.has("hq_officer"):
        return role not in ADMINISTRATIVE
    return by.has("province_officer") and role in PROVINCE_ROLES


def may_assign(
    *, role: str, province: str, organisation_kind: str | None, district: str | None, person_known: bool
) -> list[Refusal]:
    """Why a role cannot be held there: unknown role, wrong reach, or wrong kind of organisation."""
    if role not in ROLES:
        return [Refusal("role_unknown", "role", params={"role": role})]
    refusals = []
    if role in NATIONAL_ROLES and province != NATIONAL:
        refusals.append(Refusal("role_is_national", "province"))
    if role in PROVINCE_ROLES and province == NATIONAL and role not in AGENCY_ROLES:
        refusals.append(Refusal("role_needs_province", "province"))
    wanted = "school" if role in SCHOOL_ROLES else "agency" if role in AGENCY_ROLES else None
    if wanted is not None and organisation_kind != wanted:
        refusals.append(Refusal("role_needs_organisation", "organisation_id", params={"kind": wanted}))
    if wanted is None and organisation_kind not in (None, "office"):
        refusals.append(Refusal("role_only_with_office", "organisation_id"))
    if (district is not None) != (role == "district_officer"):
        refusals.append(Refusal("role_district", "district"))
    if not person_known:
        refusals.append(Refusal("person_erased", "person_id"))
    return refusals


def overlaps(first: date, last: date | None, others: Iterable[tuple[date, date | None]]) -> bool:
    """Whether [first, last) shares a day with one of the others; None is an open end."""
    return any((end is None or first < end) and (last is None or start < last) for start, end in others)


def may_end(*, from_on: date, to_on: date) -> list[Refusal]:
    """The first day without the role is not before the first day with it."""
    return [Refusal("role_ends_before_it_begins", "to_on", params={"from": from_on})] if to_on < from_on else []
