"""Seals and opens the personal data of events.

Keys are read from the database for each batch and never kept: who opens after a person was forgotten
was acknowledged finds no key. A transaction that has read keys holds a lock shared until it ends, and
the transaction that destroys one waits for it (migration 20261124000003), so neither does a batch under
way write what it opened before.
"""

import hmac
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection

from domain.aggregate import Event
from domain.personal import Forgotten, Personal, PersonForgotten, Sealed
from infra.personal.fields import changed, holds_personal, personal_in
from infra.personal.master import WrappingKey, WrongMasterKey, decrypt, encrypt

LOCK = 8_046_773
"""Held shared by transactions that have read keys; the trigger of the migration takes it alone."""

_NOBODY = UUID("b7d3c1c4-6c0e-4c57-9a4b-0f1c2d8e5a60")

_KEYS = (
    "SELECT person_id, wrapped_key FROM public.person_keys "
    "WHERE person_id = ANY(%s) AND wrapped_key IS NOT NULL"
)
_MAKE = (
    "INSERT INTO public.person_keys (person_id, wrapped_key) "
    "SELECT * FROM unnest(%s::uuid[], %s::bytea[]) ON CONFLICT DO NOTHING"
)


class PersonalDataDamaged(Exception):
    """What is stored can't be opened with the person's own key: it was moved or changed."""


class Keys:
    """Of the persons of one batch; gone with it."""

    def __init__(self, master: WrappingKey, wrapped: dict[UUID, bytes]) -> None:
        self._master = master
        self._wrapped = wrapped
        self._ciphers: dict[UUID, AESGCM] = {}

    def __contains__(self, person_id: UUID) -> bool:
        return person_id in self._wrapped

    def __getitem__(self, person_id: UUID) -> AESGCM:
        """Raises WrongMasterKey."""
        if person_id not in self._ciphers:
            key = self._master.unwrap(person_id, self._wrapped[person_id])
            self._ciphers[person_id] = AESGCM(key)
        return self._ciphers[person_id]

    def secret(self, person_id: UUID) -> bytes:
        """Raises WrongMasterKey."""
        return self._master.unwrap(person_id, self._wrapped[person_id])


class PersonalVault:
    def __init__(self, master: WrappingKey) -> None:
        self._master = master

    def sealed(self, connection: Connection[Any], events: Sequence[Event]) -> list[Event]:
        """The events as the log may keep them; raises PersonForgotten, WrongMasterKey.

        `connection` in autocommit: a new person's key is stored before the events are.
        """
        persons = _persons(events)
        if not persons:
            return list(events)
        with connection.transaction():
            keys = self._keys_to_seal(connection, persons)
        return [_sealed(event, keys) for event in events]

    def opened(
        self, connection: Connection[Any], events: Sequence[Event]
    ) -> list[Event | PersonalDataDamaged | WrongMasterKey]:
        """With one query for all; in the place of an event that can't be opened stands the reason.

        In a transaction of the caller's, no person is forgotten before that has ended.
        """
        persons = _persons(events)
        if not persons:
            return list(events)
        keys = self._keys(connection, persons)
        return [_opened(event, keys) for event in events]

    def fingerprint(self, connection: Connection[Any], text: str) -> str:
        """The same for the same text, and without the key nobody can try texts on it.

        The key stands among those of persons, as nobody's, so that it moves with them. Where an
        import destroyed it, the next one counts. `connection` in autocommit.
        """
        for generation in count(1):
            nobody = uuid5(_NOBODY, str(generation))
            try:
                with connection.transaction():
                    secret = self._keys_to_seal(connection, [nobody]).secret(nobody)
            except PersonForgotten:
                continue
            return hmac.digest(secret, b"wspolna.claim\x00\x01" + text.encode(), "sha256").hex()
        raise AssertionError("counting doesn't end")

    def _keys_to_seal(self, connection: Connection[Any], persons: Sequence[UUID]) -> Keys:
        keys = self._keys(connection, persons)
        new = [person for person in persons if person not in keys]
        if new:
            wrapped = [self._master.wrap(person, AESGCM.generate_key(256)) for person in new]
            connection.execute(_MAKE, (new, wrapped))
            # Read back: another process may have made the key first, or the person is forgotten.
            keys = self._keys(connection, persons)
        if not all(person in keys for person in persons):
            raise PersonForgotten
        return keys

    def _keys(self, connection: Connection[Any], persons: Sequence[UUID]) -> Keys:
        # Two statements: the second must see what was committed while the first waited.
        connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (LOCK,))
        cursor = connection.cursor(binary=True).execute(_KEYS, (persons,))
        return Keys(self._master, dict(cursor.fetchall()))


def scrub(connection: Connection[Any]) -> None:
    """Rewrites the table, so that no page of it keeps a destroyed key; needs autocommit.

    Write-ahead log and backups keep the wrapped key until they expire (decision 0011).
    """
    connection.execute("SET lock_timeout = '5s'")
    connection.execute("VACUUM (FULL) public.person_keys")


def _persons(events: Iterable[Event]) -> list[UUID]:
    """In a fixed order, so that two who make keys at once never wait for each other in a circle."""
    found = (
        personal.person_id
        for event in events
        if holds_personal(type(event))
        for personal in personal_in(event.__dict__)
    )
    return sorted(set(found))


def _sealed(event: Event, keys: Keys) -> Event:
    if not holds_personal(type(event)):
        return event
    stream_id: UUID = event.__dict__["originator_id"]

    def seal(path: str, personal: Personal) -> Personal:
        if not isinstance(personal.value, str):
            raise PersonForgotten
        bound_to = _bound(stream_id, path, personal.person_id)
        ciphertext = encrypt(keys[personal.person_id], personal.value.encode(), bound_to)
        return Personal(personal.person_id, Sealed(path, ciphertext))

    return _with(event, changed(event.__dict__, seal))


def _opened(event: Event, keys: Keys) -> Event | PersonalDataDamaged | WrongMasterKey:
    if not holds_personal(type(event)):
        return event
    stream_id: UUID = event.__dict__["originator_id"]

    def open_one(_: str, personal: Personal) -> Personal:
        if personal.person_id not in keys:
            return Personal(personal.person_id, Forgotten())
        text = _text(keys[personal.person_id], stream_id, personal)
        return Personal(personal.person_id, text)

    try:
        return _with(event, changed(event.__dict__, open_one))
    except (PersonalDataDamaged, WrongMasterKey) as error:
        return error


def _with(event: Event, facts: dict[str, Any]) -> Event:
    copy: Event = object.__new__(type(event))
    object.__setattr__(copy, "__dict__", facts)
    return copy


def _text(key: AESGCM, stream_id: UUID, personal: Personal) -> str:
    sealed = personal.value
    if not isinstance(sealed, Sealed):
        raise TypeError("opened already")
    bound_to = _bound(stream_id, sealed.field, personal.person_id)
    try:
        return decrypt(key, sealed.ciphertext, bound_to).decode()
    except InvalidTag as error:
        raise PersonalDataDamaged(f"{stream_id} {sealed.field}") from error


def _bound(stream_id: UUID, field: str, person_id: UUID) -> bytes:
    """A ciphertext opens only in the stream and under the field and person it was written for."""
    return b"wspolna.personal\x00\x01" + stream_id.bytes + person_id.bytes + field.encode()
