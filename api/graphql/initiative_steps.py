"""What can come next for an initiative: asked of its guards, on the stream as it is."""

from uuid import UUID

import strawberry

from api.graphql.context import Context
from domain.cooperation import Find
from domain.initiatives import next_steps as domain
from domain.initiatives.initiative import Initiative


@strawberry.type(description="One thing that a step still waits for.")
class MissingCondition:
    code: str = strawberry.field(description="Stable, in snake_case; for programs.")
    message: str = strawberry.field(
        description="For people: Polish, or English where Accept-Language prefers it."
    )


@strawberry.type(description="A step that leads on from where the initiative stands.")
class NextStep:
    command: str = strawberry.field(description="The mutation that takes it.")
    allowed: bool = strawberry.field(description="Whether nothing is missing.")
    missing: list[MissingCondition] = strawberry.field(description="All that is missing, at once.")
    needs: list[str] = strawberry.field(
        description="Fields of the mutation's input that only the person who gives it can fill."
    )


async def next_steps_of(context: Context, initiative_id: UUID) -> list[NextStep]:
    at = context.now

    def asked(find: Find) -> list[domain.NextStep]:
        initiative: Initiative | None = find(Initiative, initiative_id)
        if initiative is None:
            return []
        return domain.next_steps(initiative, initiative.surroundings(find, at))

    return [
        NextStep(
            command=step.command,
            allowed=step.allowed,
            missing=[
                MissingCondition(code=unmet.code, message=unmet.message(context.language))
                for unmet in step.missing
            ],
            needs=list(step.needs),
        )
        for step in await context.services.look(asked)
    ]
