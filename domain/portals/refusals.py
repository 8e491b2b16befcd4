"""What can be refused about portals."""

from domain.errors import DomainError, FieldProblem, NotFound


class PortalNotFound(NotFound):
    code = "portal_not_found"
    pl = "Nie ma takiego portalu."
    en = "There is no such portal."


class KeyNotFound(NotFound):
    code = "portal_key_not_found"
    pl = "Nie ma takiego klucza albo już nie działa."
    en = "There is no such key, or it is good no more."


class WebhookNotFound(NotFound):
    code = "webhook_not_found"
    pl = "Nie ma takiego webhooka."
    en = "There is no such webhook."


class PortalNameTaken(DomainError):
    code = "portal_name_taken"
    pl = "Nazwę „{name}” ma już inny portal."
    en = "Another portal has the name “{name}” already."


class PortalNotActive(DomainError):
    code = "portal_not_active"
    pl = "Przy obecnym stanie portalu ({state}) nie jest to możliwe."
    en = "The portal's present state ({state}) does not allow this."


class PortalClosed(DomainError):
    code = "portal_closed"
    pl = "Ten portal odrzucono albo zamknięto i nie można go już zmienić."
    en = "This portal was rejected or closed, and can no longer be changed."


class ScopeNotGranted(DomainError):
    code = "scope_not_granted"
    pl = "Portal nie ma uprawnienia {scope}."
    en = "The portal was not granted the scope {scope}."


class TooManyKeys(DomainError):
    code = "too_many_keys"
    pl = "Portal może mieć najwyżej {limit} działających kluczy. Unieważnij któryś."
    en = "A portal has at most {limit} keys that are good. Revoke one."


class TooManyWebhooks(DomainError):
    code = "too_many_webhooks"
    pl = "Portal może mieć najwyżej {limit} webhooków. Usuń któryś."
    en = "A portal has at most {limit} webhooks. Remove one."


class NotEncrypted(FieldProblem):
    code = "not_encrypted"
    pl = "Adres w polu „{field}” musi zaczynać się od https://."
    en = "The address in the field “{field}” has to begin with https://."


class OverlapOutOfRange(FieldProblem):
    code = "overlap_out_of_range"
    pl = "Pole „{field}” to liczba godzin od 0 do {limit}."
    en = "The field “{field}” is a number of hours from 0 to {limit}."
