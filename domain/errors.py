"""What can be refused, each named by its fact, with a stable code and a sentence in both languages."""

from typing import Any, ClassVar, Literal

Language = Literal["pl", "en"]


class DomainError(Exception):
    """A refusal: nothing was stored. `details` are plain values that fill the sentence."""

    code: ClassVar[str] = "refused"
    pl: ClassVar[str] = "Polecenie odrzucone."
    en: ClassVar[str] = "The command was refused."

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code)
        self.details = details

    def message(self, language: Language = "pl") -> str:
        return (self.pl if language == "pl" else self.en).format(**self.details)

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en')}"


class NotFound(DomainError):
    """What the command is about doesn't exist, or not for whoever gave it."""


class FieldProblem(DomainError):
    """One thing wrong with one field of the input; `field` is its name in the API (camelCase)."""

    def __init__(self, field: str, **details: Any) -> None:
        super().__init__(field=field, **details)

    @property
    def field(self) -> str:
        return str(self.details["field"])


class InvalidInput(DomainError):
    """Everything that is wrong with the input, all of it at once."""

    code = "invalid_input"

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__()
        self.problems = problems

    def message(self, language: Language = "pl") -> str:
        return " ".join(problem.message(language) for problem in self.problems)


class Missing(FieldProblem):
    code = "missing"
    pl = "Pole „{field}” jest wymagane."
    en = "The field “{field}” is required."


class TooLong(FieldProblem):
    code = "too_long"
    pl = "Pole „{field}” może mieć najwyżej {limit} znaków, ma {length}."
    en = "The field “{field}” may have at most {limit} characters, it has {length}."


class TooMany(FieldProblem):
    code = "too_many"
    pl = "W polu „{field}” może być najwyżej {limit} pozycji, jest {length}."
    en = "The field “{field}” may hold at most {limit} entries, it holds {length}."


class ControlCharacters(FieldProblem):
    code = "control_characters"
    pl = "Pole „{field}” zawiera znaki sterujące (pierwszy na pozycji {index})."
    en = "The field “{field}” contains control characters (the first at index {index})."


class ImplausibleDate(FieldProblem):
    code = "implausible_date"
    pl = "Data {value} w polu „{field}” jest spoza zakresu od {earliest} do {latest}."
    en = "The date {value} in the field “{field}” is outside {earliest} to {latest}."


class Malformed(FieldProblem):
    code = "malformed"
    pl = "Wartość „{value}” pola „{field}” jest niepoprawna."
    en = "The value “{value}” of the field “{field}” is malformed."


class MalformedTerc(FieldProblem):
    code = "malformed_terc"
    pl = (
        "„{value}” nie jest kodem TERC gminy: potrzebnych jest sześć cyfr, jak 100704 (siódma, "
        "rodzaj gminy, może być dopisana), a pierwsze dwie oznaczają województwo."
    )
    en = (
        "“{value}” is not a municipality's TERC code: it takes six digits, such as 100704 (the "
        "seventh, the kind, may follow), the first two naming the voivodeship."
    )


class NotPermitted(DomainError):
    code = "not_permitted"
    pl = "Brak uprawnień do tego polecenia."
    en = "You are not permitted to give this command."


class StaleVersion(DomainError):
    code = "stale_version"
    pl = "Ktoś zmienił to wcześniej: wersja {expected} jest nieaktualna, bieżąca to {current}."
    en = "Somebody changed this first: version {expected} is stale, the current one is {current}."


class CommandIdReused(DomainError):
    code = "command_id_reused"
    pl = "Identyfikator polecenia {command_id} został już użyty do innego polecenia."
    en = "The command id {command_id} was already used for a different command."


class StorageUnavailable(DomainError):
    """Whether the command took effect isn't known: giving it again with the same id is safe."""

    code = "storage_unavailable"
    pl = "Baza danych jest chwilowo niedostępna. Można bezpiecznie ponowić to samo polecenie."
    en = "The database is unavailable at the moment. The same command can safely be given again."
