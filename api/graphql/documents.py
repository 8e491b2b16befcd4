"""Documents, parsed and validated once."""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
    visit,
)

from api.graphql.limits import DOCUMENT_CHARACTERS, DOCUMENT_TOKENS, REPETITIONS
from api.graphql.trusted import Options
from api.graphql.variables import Coercion

KEPT = 1_000


@dataclass
class Document:
    """`errors` non-empty: it can't be executed, whatever the variables."""

    sha256: str
    ast: DocumentNode | None = None
    errors: list[GraphQLError] = field(default_factory=list)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    decisive: frozenset[str] | None = None
    """Variables whose values a plan depends on; filled by the planner."""
    coercions: dict[str | None, Coercion] = field(default_factory=dict)
    """By the operation's name; filled by `Operations`."""

    @property
    def executable(self) -> DocumentNode:
        """Only of a document without errors."""
        if self.ast is None:
            raise ValueError("the document has errors")
        return self.ast

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """None where the name doesn't single one out."""
        return get_operation_ast(self.ast, name or None) if self.ast else None


class Documents:
    """Bounded: the document longest unused is forgotten first."""

    def __init__(self, schema: GraphQLSchema, options: Options) -> None:
        self._schema = schema
        self._rules = [
            *specified_rules,
            *([] if options.introspection else [NoSchemaIntrospectionCustomRule]),
        ]
        self._trusted = options.trusted
        self._known: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document:
        found = self._known.get(text)
        if found is not None:
            self._known.move_to_end(text)
            return found
        found = self._read(text)
        self._known[text] = found
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return found

    def _read(self, text: str) -> Document:
        document = Document(sha256(text.encode()).hexdigest())
        if not self._trusted.allows(document.sha256):
            document.errors = [_not_trusted()]
            return document
        if len(text) > DOCUMENT_CHARACTERS:
            document.errors = [_too_long()]
            return document
        try:
            document.ast = parse(text, max_tokens=DOCUMENT_TOKENS, no_location=False)
        except GraphQLError as error:
            document.errors = [error]
            return document
        except RecursionError:
            document.errors = [_too_long()]
            return document
        if _repeats(document.ast):
            document.errors = [_repetitive()]
            return document
        document.errors = self._problems(document.ast)
        document.fragments = {
            node.name.value: node
            for node in document.ast.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        return document

    def _problems(self, ast: DocumentNode) -> list[GraphQLError]:
        try:
            return validate(self._schema, ast, self._rules, max_errors=20)
        except RecursionError:
            return [_too_long()]


def _repeats(ast: DocumentNode) -> bool:
    """Whether a field stands too often in one place: validation compares each with each other."""
    finder = _Repetition()
    visit(ast, finder)
    return finder.found > REPETITIONS


class _Repetition(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = 0

    def enter_selection_set(self, node: SelectionSetNode, _key: Any, parent: Any, *_: Any) -> None:
        if not isinstance(parent, InlineFragmentNode):  # which was counted where it stands
            self.found = max(self.found, *Counter(_keys(node)).values(), 0)


def _keys(node: SelectionSetNode) -> Iterator[str]:
    """A fragment without a name stands in the same place as what is around it."""
    ahead = [*node.selections]
    while ahead:
        each = ahead.pop()
        if isinstance(each, FieldNode):
            yield (each.alias or each.name).value
        elif isinstance(each, InlineFragmentNode):
            ahead.extend(each.selection_set.selections)


def _repetitive() -> GraphQLError:
    return GraphQLError(
        f"A field stands more than {REPETITIONS} times in one selection.",
        extensions={"code": "breadth_limit"},
    )


def _not_trusted() -> GraphQLError:
    return GraphQLError(
        "Only documents that are registered are answered here.", extensions={"code": "not_trusted"}
    )


def _too_long() -> GraphQLError:
    return GraphQLError(
        f"The document is longer than {DOCUMENT_CHARACTERS} characters or too deeply nested.",
        extensions={"code": "document_limit"},
    )
