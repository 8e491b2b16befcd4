"""Good practices, what other towns made of them, and model solutions."""

from datetime import date, datetime

import strawberry

from api.graphql import visibility
from api.graphql.arguments import short_text, terc
from api.graphql.connections import Connection, Node
from api.graphql.fields import (
    column,
    connection,
    embedded,
    embedded_list,
    item,
    reads,
    relay_id,
    to_many,
    to_one,
)
from api.graphql.municipalities import Municipality
from api.graphql.past import HasPast
from api.graphql.relay import id_of
from api.graphql.vocabulary import Argument, Filter, OrderKey, Table, Way
from domain.money import Grosze
from domain.practices import Adopted as AdoptedSort
from domain.practices import AdoptionState as AdoptionStateValue
from domain.practices import PracticeState as PracticeStateValue
from domain.practices import SolutionState as SolutionStateValue


def _table(name: str, key: str = "id") -> Table:
    return Table(f"read_practices.{name}", "practices", visibility.guarded(), key)


PracticeState = strawberry.enum(
    PracticeStateValue,
    name="PracticeState",
    description="DRAFT → SUBMITTED → (RETURNED →) PUBLISHED → ARCHIVED.",
)
AdoptionState = strawberry.enum(
    AdoptionStateValue,
    name="AdoptionState",
    description="INTERESTED → ADAPTING → IMPLEMENTED or ABANDONED.",
)
SolutionState = strawberry.enum(
    SolutionStateValue, name="SolutionState", description="DRAFT → PUBLISHED → ARCHIVED."
)
Adopted = strawberry.enum(
    AdoptedSort, name="Adopted", description="What is adopted: a practice, or a model solution."
)

_OF_MUNICIPALITY = Filter(
    Argument("municipality", str | None, "Only this municipality's: its TERC code.", terc),
    "{row}.owner_terc = {municipality}",
)
_TAGGED = Filter(
    Argument("tag", str | None, "Only with this tag, written exactly so.", short_text("tag")),
    "{row}.tags @> ARRAY[{tag}]",
)
_IN_STATE = Filter(
    Argument("state", str | None, "Only in this state, such as PUBLISHED.", short_text("state")),
    "{row}.state = {state}",
)


@strawberry.type(description="A document or page that shows it, kept elsewhere.")
class Evidence:
    title: str = embedded("title", "What it is.")
    url: str = embedded("url", "Where it is.")


@reads(_table("contacts", "practice_id"))
@strawberry.type(description="A person to ask. Seen in the network.")
class Contact:
    contact: str = column(
        "coalesce({row}.contact, '[dane usunięte]')", "Name, and how to reach the person."
    )


@reads(_table("versions", "practice_id"))
@strawberry.type(
    description="One version of a practice. Those before publication are its author's."
)
class PracticeVersion:
    version: int = column("version", "Number of the version, from 1.")
    kind: str = column(
        "kind",
        "What happened: DRAFTED, REWRITTEN, SUBMITTED, RETURNED, PUBLISHED, CORRECTED or ARCHIVED.",
    )
    recorded_at: datetime = column("recorded_at", "When it was recorded.")
    on_behalf_of: str | None = column(
        "on_behalf_of", "TERC code of the municipality spoken for; null: the network."
    )
    reason: str | None = column("reason", "Why, where a reason was given.")
    title: str = column("title", "Title as of this version.")
    summary: str = column("summary", "Summary as of this version.")


@reads(_table("adoptions"))
@strawberry.type(
    description="Another town's use of a practice or a model solution. Seen in the network, and by "
    "everyone once it is implemented."
)
class Adoption(Node):
    id: strawberry.ID = relay_id()
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Who adopts it."
    )
    of: Adopted = column("subject", "What sort of thing is adopted.")  # type: ignore[valid-type]
    state: AdoptionState = column("state", "Where it stands.")  # type: ignore[valid-type]
    note: str = column("note", "What was said at the beginning; may be empty.")
    outcome: str | None = column("outcome", "What came of it.")
    learned: str | None = column("learned", "What another town should know.")
    interested_on: date = column("interested_on", "When interest was expressed.")
    implemented_on: date | None = column("implemented_on", "When it was implemented.")
    version: int = column("version", "Version of the adoption, for `expectedVersion`.")


@reads(_table("practices"))
@strawberry.type(
    description="A good practice: something that worked, told so that another town can repeat it."
)
class Practice(HasPast):
    id: strawberry.ID = relay_id()
    title: str = column("title", "What it is called.")
    summary: str = column("summary", "In short.")
    state: PracticeState = column("state", "Where it stands.")  # type: ignore[valid-type]
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Whose practice it is."
    )
    problem: str = column("problem", "What had to be solved (Markdown).")
    problem_html: str = column("problem_html", "The same as sanitised HTML.")
    solution: str = column("solution", "What was done (Markdown).")
    solution_html: str = column("solution_html", "The same as sanitised HTML.")
    success: str = column("success", "How one sees that it worked (Markdown).")
    success_html: str = column("success_html", "The same as sanitised HTML.")
    difficulties: str = column("difficulties", "What was difficult (Markdown).")
    difficulties_html: str = column("difficulties_html", "The same as sanitised HTML.")
    transfer: str = column("transfer", "What another town needs to repeat it (Markdown).")
    transfer_html: str = column("transfer_html", "The same as sanitised HTML.")
    institution: str = column("institution", "Who did it; may be empty.")
    place: str = column("place", "Where; may be empty.")
    started_on: date | None = column("started_on", "When it began.")
    ended_on: date | None = column("ended_on", "When it ended; null: it goes on, or isn't known.")
    cost: Grosze | None = column("cost", "What it cost; null: not known.")
    people: int | None = column("people", "How many people it took; null: not known.")
    tags: list[str] = column("tags", "Tags, in the author's order.")
    evidence: list[Evidence] = embedded_list("evidence", "Documents and pages that show it.")
    contact_unit: str = column("contact_unit", "The office to ask; may be empty.")
    contacts: list[Contact] = to_many({"practice_id": "id"}, "{row}.person_id", 5, "Whom to ask.")
    validated_by: Municipality | None = to_one(
        "validator_id",
        embedded="validated_by",
        description="The member that vouches for it; null: not yet, or the coordinator.",
    )
    remarks: str | None = column("remarks", "What its validator remarked.")
    published_on: date | None = column("published_on", "When it was published.")
    archive_reason: str | None = column("archive_reason", "Why it was archived.")
    adoptions: list[Adoption] = to_many(
        {"subject_id": "id"},
        "{row}.interested_on, {row}.id",
        500,
        "Who has done this too, or is about to; as far as the viewer may see.",
    )
    versions: list[PracticeVersion] = to_many(
        {"practice_id": "id"}, "{row}.version", 1000, "Every version, oldest first."
    )
    version: int = column("version", "Version of the practice, for `expectedVersion`.")
    updated_at: datetime = column("updated_at", "When it last changed.")


@strawberry.type(description="A section as a version fixed it.")
class ReleasedSection:
    heading: str = embedded("heading", "Its heading.")
    body: str = embedded("body", "Its text (Markdown).")
    body_html: str = embedded("bodyHtml", "The same as sanitised HTML.")


@reads(_table("releases", "solution_id"))
@strawberry.type(description="A numbered version of a model solution, which stays as it was.")
class SolutionVersion:
    number: int = column("number", "Its number, from 1.")
    released_on: date = column("released_on", "When it was released.")
    notes: str = column("notes", "What is new in it; may be empty.")
    authors: list[Municipality] = embedded_list("authors", "Its authors, the lead first.")
    sections: list[ReleasedSection] = embedded_list("sections", "Its text.")


@reads(_table("sections"))
@strawberry.type(description="A section that is being written. Seen by the authors.")
class SolutionSection(Node):
    id: strawberry.ID = relay_id()
    heading: str = column("heading", "Its heading.")
    body: str = column("body", "Its text as it was written (Markdown).")
    body_html: str = column("body_html", "The same as sanitised HTML.")
    written_by: str = column("written_by", "TERC code of who wrote it last.")
    version: int = column("entry_version", "Version of this section, for `expectedSectionVersion`.")


@reads(_table("solutions"))
@strawberry.type(
    description="A model solution, written jointly by several towns in numbered versions."
)
class ModelSolution(Node):
    id: strawberry.ID = relay_id()
    title: str = column("title", "What it is called.")
    summary: str = column("summary", "In short.")
    state: SolutionState = column("state", "Where it stands.")  # type: ignore[valid-type]
    lead: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Who leads, and releases versions."
    )
    authors: list[Municipality] = embedded_list("authors", "Its authors, the lead first.")
    tags: list[str] = column("tags", "Tags.")
    number: int = column("number", "Number of the last version; 0: none is released yet.")
    released_on: date | None = column("released_on", "When the last version was released.")
    versions: list[SolutionVersion] = to_many(
        {"solution_id": "id"}, "{row}.number DESC", 200, "Its versions, the latest first."
    )
    draft: list[SolutionSection] = to_many(
        {"solution_id": "id"}, "{row}.place", 200, "The text in the making. Seen by the authors."
    )
    adoptions: list[Adoption] = to_many(
        {"subject_id": "id"},
        "{row}.interested_on, {row}.id",
        500,
        "Who put it to use, or is about to; as far as the viewer may see.",
    )
    version: int = column("version", "Version of the record, for `expectedVersion`.")
    updated_at: datetime = column("updated_at", "When it last changed.")


@reads(_table("experience", "subject_id"))
@strawberry.type(
    description="A town that has done something: as its author, or by putting it to use."
)
class Experience:
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Who has done it."
    )
    kind: str = column("kind", "AUTHOR or IMPLEMENTED.")
    of: Adopted = column("subject", "What sort of thing it has done.")  # type: ignore[valid-type]
    title: str = column("title", "What it has done.")
    tags: list[str] = column("tags", "Tags of what it has done.")
    since: date = column("since", "Since when.")


_LATEST = (OrderKey("updated_on", "date"), OrderKey("id", "uuid"))


def _by_id(type_name: str) -> Way:
    argument = Argument("id", strawberry.ID, "Its id.", id_of(type_name), "uuid")
    return Way((argument,), "{row}.id = {id}")


@strawberry.type
class PracticeQueries:
    practices: Connection[Practice] = connection(
        "practices",
        "Practices that the viewer may see, the latest first.",
        order=_LATEST,
        descending=True,
        filters=(_OF_MUNICIPALITY, _TAGGED, _IN_STATE),
        travels=True,
    )
    practice: Practice | None = item(
        "One practice; null where there is none, or none that the viewer may see.",
        _by_id("Practice"),
        travels=True,
    )
    model_solutions: Connection[ModelSolution] = connection(
        "modelSolutions",
        "Model solutions that the viewer may see, the latest first.",
        order=_LATEST,
        descending=True,
        filters=(_TAGGED, _IN_STATE),
    )
    model_solution: ModelSolution | None = item(
        "One model solution; null where there is none, or none that the viewer may see.",
        _by_id("ModelSolution"),
    )
    who_could_help: Connection[Experience] = connection(
        "whoCouldHelp",
        "Who has done something with this tag, the latest first.",
        order=(
            OrderKey("since", "date"),
            OrderKey("subject_id", "uuid"),
            OrderKey("municipality_id", "uuid"),
        ),
        descending=True,
        filters=(_TAGGED, _OF_MUNICIPALITY),
    )
