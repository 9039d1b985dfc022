"""Who may take part, as a closed set of predicates; a definition picks from them, it cannot invent one. Pure."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.problems import Refusal


class _Predicate(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    on: str
    enforce: Literal["hard", "soft"] = "hard"


class ParticipantGender(_Predicate):
    """Only people of these genders."""

    rule: Literal["participant.gender"]
    in_: tuple[Literal["female", "male"], ...] = Field(alias="in", min_length=1)


class ParticipantCategory(_Predicate):
    """Only people of these professions."""

    rule: Literal["participant.category"]
    in_: tuple[str, ...] = Field(alias="in", min_length=1)


class SchoolKind(_Predicate):
    """Only schools of these kinds."""

    rule: Literal["school.kind"]
    in_: tuple[str, ...] = Field(alias="in", min_length=1)


class SchoolGender(_Predicate):
    """Only girls', boys' or mixed schools, as listed."""

    rule: Literal["school.gender"]
    in_: tuple[Literal["girls", "boys", "mixed"], ...] = Field(alias="in", min_length=1)


Predicate = Annotated[ParticipantGender | ParticipantCategory | SchoolKind | SchoolGender, Field(discriminator="rule")]


def may_take_part(predicates: tuple[Predicate, ...], *, on: str, traits: Mapping[str, str]) -> list[Refusal]:
    """Why somebody with these traits ('participant.gender' -> 'female') may not take part in a step; [] when they may.

    A trait that is not known is refused like a wrong one: nobody passes by leaving a field out.
    """
    return [
        Refusal(
            "not_eligible",
            predicate.rule.rpartition(".")[2],
            predicate.enforce,
            {"rule": predicate.rule, "allowed": ", ".join(predicate.in_)},
        )
        for predicate in predicates
        if predicate.on == on and traits.get(predicate.rule) not in predicate.in_
    ]
