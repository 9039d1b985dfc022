"""Amounts: money, quantities, counts that were only told approximately, and who benefited."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_FROZEN = ConfigDict(frozen=True)


class Money(BaseModel):
    """Whole rials, or minor units of another currency; toman is only a way to type and show rials."""

    model_config = _FROZEN

    amount: int
    currency: Literal["IRR", "SAR", "EUR"] = "IRR"

    @classmethod
    def of_toman(cls, toman: int) -> "Money":
        """One toman is ten rials."""
        return cls(amount=toman * 10, currency="IRR")


class Unit(StrEnum):
    """What a quantity counts."""

    HOUR = "hour"
    PERSON = "person"
    SESSION = "session"
    ITEM = "item"
    SEAT = "seat"
    VEHICLE_DAY = "vehicle_day"
    COPY = "copy"
    M2_DAY = "m2_day"


class Quantity(BaseModel):
    """A number of something."""

    model_config = _FROZEN

    number: Decimal = Field(ge=0)
    unit: Unit


class Qualifier(StrEnum):
    """How sure a count is, from sure to vague."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    ABOUT = "about"


_WEAKNESS = {qualifier: place for place, qualifier in enumerate(Qualifier)}


class ApproxCount(BaseModel):
    """A count as a source told it, for example 'more than 1000'."""

    model_config = _FROZEN

    value: int = Field(ge=0)
    qualifier: Qualifier = Qualifier.EXACT

    def __add__(self, other: "ApproxCount") -> "ApproxCount":
        """The sum keeps the weaker of the two qualifiers."""
        weaker = max(self.qualifier, other.qualifier, key=lambda qualifier: _WEAKNESS[qualifier])
        return ApproxCount(value=self.value + other.value, qualifier=weaker)


class BeneficiaryBreakdown(BaseModel):
    """How many benefited, with optional splits; a split that does not add up is incomplete, not wrong."""

    model_config = _FROZEN

    total: int = Field(ge=0)
    by_gender: Mapping[str, int] = {}
    by_stage: Mapping[str, int] = {}
    by_disability_group: Mapping[str, int] = {}

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Names of the splits that were given but do not sum to the total."""
        splits = {
            "by_gender": self.by_gender,
            "by_stage": self.by_stage,
            "by_disability_group": self.by_disability_group,
        }
        return tuple(name for name, split in splits.items() if split and sum(split.values()) != self.total)
