"""Writing practices, adoptions and model solutions."""

from api.graphql.commanding import Feature, mutations, written
from api.graphql.practices import Adoption, ModelSolution, Practice
from domain import practices as domain

_DOCS = {
    "municipality": "TERC code of the municipality in whose name it is done.",
    "PracticeText": "What a practice says of itself.",
    "text": "What it says.",
    "contact": "A person to ask, and how to reach that person. Kept apart, sealed.",
    "title": "What it is called, at most 300 characters.",
    "summary": "In short, at most 2,000 characters.",
    "problem": "What had to be solved; Markdown.",
    "solution": "What was done; Markdown.",
    "success": "How one sees that it worked; Markdown.",
    "difficulties": "What was difficult; Markdown.",
    "transfer": "What another town needs to repeat it; Markdown.",
    "institution": "Who did it.",
    "place": "Where.",
    "started_on": "When it began.",
    "ended_on": "When it ended.",
    "cost": "What it cost.",
    "people": "How many people it took.",
    "tags": "At most 20 tags.",
    "evidence": "Documents and pages that show it.",
    "Evidence": "A document or page kept elsewhere.",
    "url": "Where it is (http or https).",
    "contact_unit": "The office to ask.",
    "practice_id": "The practice.",
    "reason": "Why; shown with it.",
    "remarks": "What is to be said about it.",
    "of": "What sort of thing is adopted.",
    "subject_id": "The practice or model solution.",
    "note": "What is to be said about it.",
    "outcome": "What came of it.",
    "learned": "What another town should know.",
    "implemented_on": "When it was implemented; today if not given.",
    "solution_id": "The model solution.",
    "municipalities": "TERC codes of the municipalities.",
    "section": "What the section says.",
    "SolutionSection": "A section of a model solution.",
    "heading": "Its heading.",
    "body": "Its text in Markdown.",
    "after": "The section that it is to follow.",
    "section_id": "The section.",
    "expected_section_version": "Version of the section that the client saw.",
    "notes": "What is new in this version.",
}
_IDS = {
    "practice_id": "practice:Practice",
    "solution_id": "modelSolution:ModelSolution",
    "section_id": "solutionSection:SolutionSection",
    "after": "after:SolutionSection",
    "subject_id": "subject:Practice|ModelSolution",
}
FEATURE = Feature(projection="practices", ids=_IDS, docs=_DOCS)

PracticeMutations = mutations(
    "PracticeMutations",
    FEATURE,
    written(Practice, "practice"),
    {
        domain.DraftPractice: "Writes a draft, which its municipality alone sees.",
        domain.RewritePractice: "Rewrites a draft, or a practice that was returned.",
        domain.CorrectPractice: "Corrects a published practice; what it said stays in its history.",
        domain.SubmitPractice: "Hands a practice in for validation by another member.",
        domain.ReturnPractice: "Hands a practice back to its author with remarks. For other members.",
        domain.ValidatePractice: "Vouches for a practice, which publishes it. For other members.",
        domain.ArchivePractice: "Archives a practice that no longer holds.",
    },
)
AdoptionMutations = mutations(
    "AdoptionMutations",
    FEATURE,
    written(Adoption, "adoption"),
    {
        domain.ExpressInterest: "Says that a municipality wants to do this too.",
        domain.StartAdapting: "Says that it has begun to adapt it.",
        domain.RecordImplementation: "Says that it works there, and what came of it.",
        domain.AbandonAdoption: "Says that it gave up, and what was learned.",
    },
)
SolutionMutations = mutations(
    "SolutionMutations",
    FEATURE,
    written(ModelSolution, "model_solution"),
    {
        domain.ProposeSolution: "Begins a model solution, which its authors alone see.",
        domain.InviteAuthors: "Invites municipalities to write it jointly.",
        domain.AcceptAuthorship: "Accepts to be an author.",
        domain.LeaveAuthorship: "Declines, or stops being an author.",
        domain.WriteSolution: "Adds a section: behind `after`, or last.",
        domain.RewriteSolution: "Rewrites a section; refused where somebody changed it since.",
        domain.RemoveFromSolution: "Removes a section.",
        domain.ReleaseSolution: "Releases the text as it stands under the next number.",
        domain.ArchiveSolution: "Archives a model solution that no longer holds.",
    },
)
