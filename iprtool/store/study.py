"""The study folder: who may open it, its roster, and its sealed objects with their wrapped keys."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec

from iprtool.model.errors import StoreError
from iprtool.model.study import Coding, Dyad, Person, Recall, Recording, Session
from iprtool.model.terms import ObjectKind
from iprtool.store.closing import Closing
from iprtool.store.entries import ADMIN, PERSON, Entries, ExportEntry, ObjectEntry, Setting, create_entries
from iprtool.store.keys import ESCROW, Keyring, verify_signature
from iprtool.store.places import refuse_unsafe_place
from iprtool.store.sealed import fsync_folder, new_key, write_durably
from iprtool.store.view import view_layer

FORMAT = 1
HEAD = "study.json"
OBJECTS = "objects"

Entry = Dyad | Person | Session | Recording | Recall | Coding

_KINDS: dict[type, str] = {
    Dyad: "dyad",
    Person: "person",
    Session: "session",
    Recording: "recording",
    Recall: "recall",
    Coding: "coding",
}


class _Format(msgspec.Struct, frozen=True):
    """The one field of `study.json` that every version has."""

    format: int


class StudyHead(msgspec.Struct, frozen=True):
    """What `study.json` says in clear: format, ids, the owner's public Ed25519 and age keys, and a signature."""

    format: int
    study: str
    admin: str
    admin_commitment: str
    owner: bytes
    recipient: str
    signature: bytes = b""

    def signed_bytes(self) -> bytes:
        """What the signature is over: the head without it, as JSON in the order of the names."""
        return msgspec.json.encode(msgspec.structs.replace(self, signature=b""), order="deterministic")


class Study(Closing):
    """An open study; its roster is read from the disk at each call, so that two processes see each other's entries."""

    def __init__(self, path: Path, head: StudyHead, keyring: Keyring) -> None:
        self.path = path
        self.id = head.study
        self.head = head
        self._keyring = keyring
        self.roster = Entries(self.path_of(head.admin), self.admin_key(), ADMIN)

    @classmethod
    def create(cls, path: Path, keyring: Keyring) -> Self:
        """Make a study at `path`, which must not be there or be empty; owned by the keyring's person."""
        refuse_unsafe_place(path)
        try:
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise StoreError(f"There is something at {path.name} already: choose another name for the study.")
            (path / OBJECTS).mkdir(mode=0o700, parents=True)
            fsync_folder(path)
            fsync_folder(path.parent)
        except OSError as error:
            raise StoreError(f"{path.name} could not be made ({error.strerror}): choose another folder.") from error
        admin, key = str(uuid.uuid4()), new_key()
        write_durably(key_file(path, admin), keyring.wrap(key))
        create_entries(object_file(path, admin), key, ADMIN)
        write_durably(path / ESCROW, keyring.escrow())
        head = StudyHead(
            FORMAT, str(uuid.uuid4()), admin, commitment(admin, key), keyring.verify_key, keyring.recipient
        )
        head = msgspec.structs.replace(head, signature=keyring.sign(head.signed_bytes()))
        # Last of all: a folder without it is no study.
        write_durably(path / HEAD, msgspec.json.format(msgspec.json.encode(head)))
        keyring.pin(head.study, keyring.verify_key)
        return cls(path, head, keyring)

    @classmethod
    def open(cls, path: Path, keyring: Keyring) -> Self:
        """Open a study; StoreError where it is none, newer, not its owner's, incomplete, or in an unsafe place."""
        refuse_unsafe_place(path)
        head = read_head(path)
        check_owner(path, head, keyring)
        return cls(path, head, keyring)

    def close(self) -> None:
        """Let go of the study; the keyring stays open."""
        self.roster.close()

    def dyads(self) -> list[Dyad]:
        """The dyads in the order in which they were added."""
        return self.roster.all("dyad", Dyad)

    def persons(self) -> list[Person]:
        """The persons, by pseudonym, in the order in which they were added."""
        return self.roster.all("person", Person)

    def codings(self) -> list[Coding]:
        """The coders' codings in the order in which they were begun."""
        return self.roster.all("coding", Coding)

    def sessions(self) -> list[Session]:
        """The sessions in the order in which they were added."""
        return self.roster.all("session", Session)

    def recordings(self) -> list[Recording]:
        """The recordings in the order in which they were added."""
        return self.roster.all("recording", Recording)

    def recalls(self) -> list[Recall]:
        """The recalls in the order in which they were added, those that did not take place among them."""
        return self.roster.all("recall", Recall)

    def dyad(self, label: str) -> Dyad | None:
        """The dyad with this label, or None."""
        return next((dyad for dyad in self.dyads() if dyad.label == label), None)

    def session_of(self, dyad_label: str, number: int) -> Session | None:
        """A dyad's session by its number, or None."""
        dyad = self.dyad(dyad_label)
        found = (each for each in self.sessions() if dyad and each.dyad == dyad.id and each.number == number)
        return next(found, None)

    def recording_of(self, session: Session) -> Recording | None:
        """The session's recording, the newest if it has several, or None."""
        return next((each for each in reversed(self.recordings()) if each.session == session.id), None)

    def put(self, value: Entry) -> None:
        """Add to the roster, or bring the one with this id up to date; StoreError where it does not fit the rest."""
        self._check_fits(value)
        self.roster.add(_KINDS[type(value)], value.id, value)

    def take_back(self, value: Entry) -> None:
        """Take an entry away that was added; StoreError where something belongs to it by now."""
        belonging = [*self.persons(), *self.sessions()] if isinstance(value, Dyad) else []
        belonging += [*self.recordings(), *self.recalls(), *self.codings()] if isinstance(value, Session) else []
        if any(value.id in (getattr(one, "dyad", None), getattr(one, "session", None)) for one in belonging):
            raise StoreError("Something belongs to this by now, so it stays: take that back first.")
        self.roster.add(_KINDS[type(value)], value.id, None)

    def settled(self, recall: Recall) -> Recall:
        """The recall with its status as its layer says, and so in the roster from now on.

        The process that a participant closes a recall in cannot write the roster: whoever opens the layer with the
        study's keys next takes it over. Raises StoreError where the layer cannot be read.
        """
        if recall.status != "open" or recall.layer is None:
            return recall
        with view_layer(self.path_of(recall.layer), self.key_of(recall.layer)) as view:
            if not view.closed:
                return recall
            played = any(one.kind == "played" and one.end_ms > one.start_ms for one in view.values("coverage"))
            unplayed = not played and not len(view.marks())
        ended = msgspec.structs.replace(recall, status="ended", unplayed=unplayed)
        self.put(ended)
        return ended

    def record_of(self, person: Person) -> Entries:
        """The person's sealed object with consents and scores, open, made where there is none; close it after use."""
        person = self.roster.one("person", person.id, Person) or person
        if person.sealed is None:
            sealed, path, key = self.new_object("person")
            create_entries(path, key, PERSON)
            self.put(msgspec.structs.replace(person, sealed=sealed))
            return Entries(path, key, PERSON)
        return Entries(self.path_of(person.sealed), self.key_of(person.sealed), PERSON)

    def new_object(self, kind: ObjectKind) -> tuple[str, Path, bytes]:
        """Id, path and key of a new object: its wrapped key is on the disk and it is in the roster; make the file."""
        ident, key = str(uuid.uuid4()), new_key()
        write_durably(key_file(self.path, ident), self._keyring.wrap(key))
        self.roster.add("object", ident, ObjectEntry(ident, kind, commitment(ident, key)))
        return ident, self.path_of(ident), key

    @contextmanager
    def making(self, kind: ObjectKind) -> Iterator[tuple[str, Path, bytes]]:
        """A new object (see `new_object`); it is discarded where anything fails while it is made and entered."""
        made = self.new_object(kind)
        try:
            yield made
        except BaseException:
            self.discard_object(made[0])
            raise

    def objects(self) -> list[ObjectEntry]:
        """The objects that were not discarded."""
        return [each for each in self.roster.all("object", ObjectEntry) if not each.discarded]

    def key_of(self, object_id: str) -> bytes:
        """An object's raw key; StoreError where it is not the key that the study made for it."""
        return self._unwrapped(object_id, self._entry(object_id).commitment)

    def admin_key(self) -> bytes:
        """The raw key of the admin object."""
        return self._unwrapped(self.head.admin, self.head.admin_commitment)

    def path_of(self, object_id: str) -> Path:
        """Where an object is, or is to be."""
        return object_file(self.path, object_id)

    def discard_object(self, object_id: str) -> None:
        """Delete an object and its key; the roster keeps only that it was there."""
        self.roster.add("object", object_id, msgspec.structs.replace(self._entry(object_id), discarded=True))
        path = self.path_of(object_id)
        # The key first: without it the rest is noise, whatever the disk keeps.
        name = path
        try:
            for name in (key_file(self.path, object_id), path, *_beside(path)):
                name.unlink(missing_ok=True)
            fsync_folder(self.path / OBJECTS)
        except OSError as error:
            raise StoreError(f"{name.name} could not be deleted ({error.strerror}): delete it by hand.") from error

    def setting(self, name: str) -> str | None:
        """A setting of the study, or None."""
        found = self.roster.one("setting", name, Setting)
        return found.value if found else None

    def set_setting(self, name: str, value: str) -> None:
        """Keep a setting of the study."""
        self.roster.add("setting", name, Setting(value))

    @property
    def contact(self) -> str:
        """The text of the support contact card that closes every recall; empty where none was written."""
        return self.setting("contact") or ""

    def set_contact(self, text: str) -> None:
        """Keep the text of the support contact card."""
        self.set_setting("contact", text)

    def export_key(self, *, fresh: bool = False) -> bytes:
        """The key of 32 bytes from which exported ids are hashed: the same one, until a `fresh` one is asked."""
        kept = self.setting("export_key")
        if kept is None or fresh:
            kept = secrets.token_hex(32)
            self.set_setting("export_key", kept)
        return bytes.fromhex(kept)

    def log_export(self, entry: ExportEntry) -> None:
        """Note in the ledger what left the study."""
        self.roster.add("export", str(uuid.uuid4()), entry)

    def exports(self) -> list[ExportEntry]:
        """The ledger of what left the study, oldest first."""
        return self.roster.all("export", ExportEntry)

    def _entry(self, object_id: str) -> ObjectEntry:
        entry = self.roster.one("object", object_id, ObjectEntry)
        if entry is None or entry.discarded:
            raise StoreError("This object is not in the study, or was deleted from it.")
        return entry

    def _unwrapped(self, object_id: str, committed: str) -> bytes:
        path = key_file(self.path, object_id)
        try:
            wrapped = path.read_bytes()
        except OSError as error:
            raise StoreError(
                f"{path.name} is missing from the study: the folder may be half copied, so copy it again whole."
            ) from error
        key = self._keyring.unwrap(wrapped)
        if not hmac.compare_digest(commitment(object_id, key), committed):
            raise StoreError(f"{path.name} holds another key than the study's own: put back a copy of the file.")
        return key

    def _check_fits(self, value: Entry) -> None:
        match value:
            case Dyad():
                taken = self.dyad(value.label)
                if taken is not None and taken.id != value.id:
                    raise StoreError(f"There is a dyad {value.label} already: choose another label.")
            case Session():
                _known("dyad", self.roster.one("dyad", value.dyad, Dyad))
                for other in self.sessions():
                    if (other.dyad, other.number) == (value.dyad, value.number) and other.id != value.id:
                        raise StoreError(f"The dyad has a session {value.number} already: choose another number.")
            case Person():
                self._check_person(value)
            case Recording() | Recall() | Coding():
                _known("session", self.roster.one("session", value.session, Session))

    def _check_person(self, person: Person) -> None:
        if person.dyad is not None:
            _known("dyad", self.roster.one("dyad", person.dyad, Dyad))
        if any(one.label == person.label and one.id != person.id for one in self.persons()):
            raise StoreError(f"There is a person {person.label} already: choose another pseudonym.")


def _known(what: str, found: object) -> None:
    if found is None:
        raise StoreError(f"The {what} that this belongs to is not in the study: add it first.")


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", ".lock", ".part")]


def object_file(study: Path, object_id: str) -> Path:
    """Where an object of the study folder is."""
    return study / OBJECTS / f"{object_id}.db"


def key_file(study: Path, object_id: str) -> Path:
    """Where an object's wrapped key is."""
    return study / OBJECTS / f"{object_id}.key.age"


def commitment(object_id: str, key: bytes) -> str:
    """SHA-256 in hex over a label, the object's id and its key: a swapped key file is told by it."""
    return hashlib.sha256(b"iprtool object " + object_id.encode() + key).hexdigest()


def read_head(path: Path) -> StudyHead:
    """The study's head as it is on the disk; StoreError where it is none or newer."""
    try:
        text = (path / HEAD).read_bytes()
    except OSError as error:
        raise StoreError(f"{path.name} is no study, or is half copied: it has no {HEAD} that can be read.") from error
    try:
        if msgspec.json.decode(text, type=_Format).format > FORMAT:
            raise StoreError(f"{path.name} was made by a newer iprtool: update iprtool and open it again.")
        return msgspec.json.decode(text, type=StudyHead)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StoreError(f"The {HEAD} of {path.name} is damaged: put back a copy of the file.") from error


def check_owner(path: Path, head: StudyHead, keyring: Keyring) -> None:
    """StoreError where the head is not signed by the owner that the keyring knows; the owner's own study is pinned."""
    owner, known = head.owner, keyring.pinned(head.study)
    if not verify_signature(owner, head.signed_bytes(), head.signature):
        raise StoreError(f"The {HEAD} of {path.name} does not bear its owner's signature: put back a copy of the file.")
    if known is None and owner == keyring.verify_key:
        keyring.pin(head.study, owner)
    elif known != owner:
        raise StoreError(
            f"{path.name} is not this keyring's study: open it with the keyring of the person who made it."
        )
