"""Wire shapes of people."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.registry.register.people.commands import ContactPoints, Preferences
from services.registry.register.people.contacts import normal_email, normal_mobile
from services.registry.register.people.models import Person
from services.registry.register.territories.schemas import TerritoryCode
from shared.kernel.wire import Code, Line, Out, Prose, Wire

Email = Annotated[str, StringConstraints(max_length=300), AfterValidator(normal_email)]
Mobile = Annotated[str, StringConstraints(max_length=40), AfterValidator(normal_mobile)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Language = Literal["fa", "en", "ar", "lt"]


class PreferencesIn(Wire):
    """How somebody likes to be spoken to; no channels means all that fit."""

    language: Language = "fa"
    digits: Literal["arabext", "arab", "latn"] | None = None
    channels: Annotated[list[Literal["email", "sms"]], Field(max_length=2)] = []

    def preferences(self) -> Preferences:
        """The preferences as commands take them."""
        return Preferences(language=self.language, digits=self.digits, channels=list(self.channels))


class ContactPointsIn(Wire):
    """Who somebody is and how they are reached."""

    display_name: Line
    family_name: Line | None = None
    honorific: Line | None = None
    email: Email | None = None
    mobile: Mobile | None = None
    verified: bool = False
    purposes: Annotated[list[Code], Field(max_length=10)] = []
    quiet_from: Clock | None = None
    quiet_to: Clock | None = None
    guardian_id: UUID | None = None

    def contacts(self) -> ContactPoints:
        """The contact points as commands take them."""
        return ContactPoints(**self.model_dump(include=set(ContactPoints.__dataclass_fields__)))


class PersonIn(ContactPointsIn):
    """A new person; `another_because` says why somebody with the same address is a different person."""

    id: UUID | None = None
    territory_code: TerritoryCode
    minor: bool = False
    language: Language = "fa"
    digits: Literal["arabext", "arab", "latn"] | None = None
    channels: Annotated[list[Literal["email", "sms"]], Field(max_length=2)] = []
    another_because: Prose | None = None

    def preferences(self) -> Preferences:
        """The preferences as commands take them."""
        return Preferences(language=self.language, digits=self.digits, channels=list(self.channels))


class PersonBatchIn(Wire):
    """Many new people; all are registered or none."""

    items: Annotated[list[PersonIn], Field(min_length=1, max_length=500)]


class PersonOut(Out):
    """One person with contact points; only for those who may see them."""

    id: UUID
    display_name: str
    family_name: str | None
    honorific: str | None
    province: str
    language: str
    digits: str | None
    channels: list[str]
    email: str | None
    mobile: str | None
    verified: bool
    purposes: list[str]
    quiet_from: str | None
    quiet_to: str | None
    minor: bool
    guardian_id: UUID | None
    state: str
    version: int


def person_out(person: Person) -> PersonOut:
    """The wire shape of a person."""
    return PersonOut.model_validate(person)
