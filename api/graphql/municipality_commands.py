"""Writing the register of municipalities."""

from typing import Annotated, Any, Union
from uuid import UUID

import strawberry

from api.graphql.context import Context
from api.graphql.municipalities import Kind, Municipality
from api.graphql.news_commands import COMMAND_ID
from api.graphql.ordinary import one
from api.graphql.scalars import Position
from api.graphql.user_errors import REFUSALS, carried_out
from domain.municipalities import MunicipalityFacts, Population, RegisterMunicipality
from domain.work import Receipt


@strawberry.input(description="How many people live there.")
class PopulationInput:
    count: int = strawberry.field(description="Inhabitants.")
    year: int = strawberry.field(description="Year they were counted in.")
    source: str = strawberry.field(description="Who counted, such as “GUS BDL”.")


@strawberry.input(description="A municipality for the register. What isn't known stays null.")
class RegisterMunicipalityInput:
    command_id: UUID = strawberry.field(description=COMMAND_ID)
    terc: str = strawberry.field(description="TERC code: six digits, or seven with the kind.")
    name: str = strawberry.field(description="Name, such as “Opoczno”.")
    kind: Kind = strawberry.field(description="Kind in the TERC register.")  # type: ignore[valid-type]
    voivodeship: str = strawberry.field(description="Voivodeship, such as “łódzkie”.")
    county: str = strawberry.field(description="County, such as “opoczyński”.")
    city_with_powiat_rights: bool = strawberry.field(
        default=False, description="Whether it is a city with powiat rights."
    )
    nuts3: str | None = strawberry.field(default=None, description="NUTS 3 unit.")
    latitude: float | None = strawberry.field(default=None, description="Degrees north, WGS 84.")
    longitude: float | None = strawberry.field(default=None, description="Degrees east, WGS 84.")
    population: PopulationInput | None = strawberry.field(
        default=None, description="How many people live there."
    )
    website: str | None = strawberry.field(default=None, description="Address of its website.")
    feeds: list[str] = strawberry.field(
        default_factory=list, description="Addresses of its news feeds."
    )

    def facts(self) -> MunicipalityFacts:
        counted = self.population
        return MunicipalityFacts(
            name=self.name,
            kind=self.kind,
            voivodeship=self.voivodeship,
            county=self.county,
            city_with_powiat_rights=self.city_with_powiat_rights,
            nuts3=self.nuts3,
            latitude=self.latitude,
            longitude=self.longitude,
            population=None
            if counted is None
            else Population(counted.count, counted.year, counted.source),
            website=self.website,
            feeds=tuple(self.feeds),
        )


@strawberry.type(description="The command happened.")
class MunicipalityWritten:
    receipt: strawberry.Private[Receipt]

    @strawberry.field(
        description="The municipality as it is now; null where the read model is late."
    )
    async def municipality(self, info: strawberry.Info[Context, None]) -> Municipality | None:
        values = {"value": (self.receipt.stream_id, "uuid")}
        found: Municipality | None = await one(
            info.context, Municipality, "{row}.id = {value}", values
        )
        return found

    @strawberry.field(description="Position of the command's last event in the log.")
    def position(self) -> Position:
        return Position(self.receipt.position)

    @strawberry.field(description="Version of the record after the command.")
    def version(self) -> int:
        return self.receipt.version


RegisterMunicipalityPayload = Annotated[
    Union[MunicipalityWritten, REFUSALS],  # noqa: UP007
    strawberry.union(
        "RegisterMunicipalityPayload",
        description="What became of the command: what it wrote, or why it was refused.",
    ),
]


@strawberry.type
class MunicipalityMutations:
    @strawberry.mutation(description="Enters a municipality in the register. For the coordinator.")
    async def register_municipality(
        self,
        info: strawberry.Info[Context, None],
        input: RegisterMunicipalityInput,  # noqa: A002
    ) -> RegisterMunicipalityPayload:
        def make() -> Any:
            return RegisterMunicipality(
                command_id=input.command_id, terc=input.terc, facts=input.facts()
            )

        def answer(receipt: Receipt) -> MunicipalityWritten:
            return MunicipalityWritten(receipt=receipt)

        return await carried_out(info.context, make, "municipalities", answer)
