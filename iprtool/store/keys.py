"""A person's keyring: the keys that open their studies, behind a passphrase, with a printed key for recovery."""

import hashlib
import unicodedata
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from iprtool.model.errors import PassphraseError, StoreError
from iprtool.store.closing import Closing
from iprtool.store.schema import Schema, new_object, open_object
from iprtool.store.sealed import FAULTS, KEY_BYTES, new_key, reading, store_error, write_durably

SHORTEST_PASSPHRASE = 8
FORMAT = 1
ESCROW = "owner.age"
"""The file of a study that holds its owner's keys for the printed recovery key."""

KEYRING = Schema(
    "keyring",
    (
        (
            "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
            "CREATE TABLE pinned (study TEXT PRIMARY KEY, owner BLOB NOT NULL) WITHOUT ROWID",
        ),
    ),
)


class _Header(msgspec.Struct, frozen=True):
    """What lies beside the keyring in clear: how the passphrase becomes its key, or, unprotected, the key itself.

    `check` is SHA-256 over a label and the key, by which a wrong passphrase is told from a damaged file.
    """

    format: int
    protection: Literal["argon2id", "none"]
    check: bytes
    salt: Annotated[bytes, msgspec.Meta(min_length=16)] = bytes(16)
    memory_kib: Annotated[int, msgspec.Meta(ge=1024, le=1024 * 1024)] = 64 * 1024
    iterations: Annotated[int, msgspec.Meta(ge=1, le=64)] = 3
    lanes: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4
    key: bytes = b""


class _Format(msgspec.Struct, frozen=True):
    """The one field of the header that every version has."""

    format: int


class Keyring(Closing):
    """An open keyring: it unwraps keys, signs, and remembers the owner of each study. Close it after use."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._connection = open_object(path, key, KEYRING, check_same_thread=False)
        try:
            with reading(self._connection, path):
                found = self._connection.execute("SELECT name, value FROM secret").fetchall()
        except StoreError:
            self._connection.close()
            raise
        self._secrets = {str(name): bytearray(value) for name, value in found}

    @property
    def recipient(self) -> str:
        """The public age key to which this person's objects are wrapped."""
        return str(self._identity().to_public())

    @property
    def verify_key(self) -> bytes:
        """The public Ed25519 key by which this person's signatures are known, 32 bytes."""
        return self._signing().public_key().public_bytes_raw()

    def wrap(self, key: bytes) -> bytes:
        """A key as an age file that this person and the printed recovery key open."""
        recipients = [self._identity().to_public(), pyrage.x25519.Recipient.from_str(self._text("recovery"))]
        return bytes(pyrage.encrypt(key, recipients))

    def unwrap(self, wrapped: bytes) -> bytes:
        """The key in an age file; StoreError where it is not for this person."""
        try:
            return bytes(pyrage.decrypt(wrapped, [self._identity()]))
        except pyrage.DecryptError as error:
            raise StoreError(
                "This keyring does not open the study, or its key file is damaged: open it with the keyring of the "
                "person who made the study."
            ) from error

    def sign(self, message: bytes) -> bytes:
        """This person's Ed25519 signature, 64 bytes."""
        return self._signing().sign(message)

    def pin(self, study: str, owner: bytes) -> None:
        """Remember by which key a study's owner is known."""
        try:
            self._connection.execute("INSERT OR REPLACE INTO pinned VALUES (?, ?)", (study, owner))
        except FAULTS as error:
            raise store_error(error, self.path) from error

    def pinned(self, study: str) -> bytes | None:
        """The remembered key of a study's owner, or None."""
        with reading(self._connection, self.path):
            row = self._connection.execute("SELECT owner FROM pinned WHERE study = ?", (study,)).fetchone()
        return None if row is None else bytes(row[0])

    def escrow(self) -> bytes:
        """This person's own keys as an age file that only the printed recovery key opens; a study keeps a copy."""
        secrets = {name: value.hex() for name, value in self._secrets.items()}
        recovery = pyrage.x25519.Recipient.from_str(self._text("recovery"))
        return bytes(pyrage.encrypt(msgspec.json.encode(secrets), [recovery]))

    def close(self) -> None:
        """Let go, and wipe the secrets as far as Python lets one."""
        for secret in self._secrets.values():
            secret[:] = bytes(len(secret))
        self._secrets.clear()
        self._connection.close()

    def _text(self, name: str) -> str:
        if name not in self._secrets:
            raise StoreError("The keyring is closed: open it again with its passphrase.")
        return self._secrets[name].decode()

    def _identity(self) -> pyrage.x25519.Identity:
        return pyrage.x25519.Identity.from_str(self._text("identity"))

    def _signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self._text("signing")))


def verify_signature(verify_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this Ed25519 signature over the message is by the holder of the key."""
    try:
        Ed25519PublicKey.from_public_bytes(verify_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_passphrase(passphrase: str) -> str:
    """The passphrase, where a keyring can be behind it; StoreError where it is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise StoreError(
            f"A passphrase has at least {SHORTEST_PASSPHRASE} characters: choose one of several words, easy to keep."
        )
    return passphrase


def create_keyring(path: Path, passphrase: str) -> tuple[Keyring, str]:
    """Make a keyring behind a passphrase; the text is the recovery key, to be printed: it is kept nowhere."""
    secrets, recovery = _fresh_secrets()
    return _made(path, *_protected(passphrase), secrets), recovery


def create_open_keyring(path: Path) -> Keyring:
    """Make a keyring that asks for nothing, marked as such, for the demo and for trying things out."""
    key = new_key()
    return _made(path, _Header(FORMAT, "none", _check(key), key=key), key, _fresh_secrets()[0])


def open_keyring(path: Path, passphrase: str = "") -> Keyring:
    """Open a keyring; StoreError in one sentence where the passphrase is wrong or the keyring is not there."""
    header = _read_header(path)
    key = header.key if header.protection == "none" else _derive(passphrase, header)
    if _check(key) != header.check:
        raise PassphraseError("The passphrase does not open this keyring: try again, or use the printed recovery key.")
    return Keyring(path, key)


def keyring_opens_without_asking(path: Path) -> bool:
    """Whether a keyring has no passphrase."""
    return _read_header(path).protection == "none"


def recover(study_path: Path, recovery_key: str, keyring_path: Path, new_passphrase: str) -> Keyring:
    """A new keyring with the owner's own keys, from the copy that a study keeps for the printed recovery key.

    It opens every study of that owner, and the printed key stays good. Raises StoreError where the key is not the
    printed one, where the study holds no copy, or where a keyring is there already.
    """
    try:
        identity = pyrage.x25519.Identity.from_str(recovery_key.strip())
        secrets = msgspec.json.decode(
            pyrage.decrypt((study_path / ESCROW).read_bytes(), [identity]), type=dict[str, str]
        )
    except (pyrage.IdentityError, pyrage.DecryptError) as error:
        raise StoreError("This is not the recovery key of this study: type it as it was printed.") from error
    except (OSError, msgspec.MsgspecError) as error:
        raise StoreError(f"{ESCROW} is missing from the study or damaged: take it from a copy of the study.") from error
    return _made(
        keyring_path, *_protected(new_passphrase), {name: bytes.fromhex(each) for name, each in secrets.items()}
    )


def _fresh_secrets() -> tuple[dict[str, bytes], str]:
    recovery = pyrage.x25519.Identity.generate()
    return {
        "identity": str(pyrage.x25519.Identity.generate()).encode(),
        "signing": Ed25519PrivateKey.generate().private_bytes_raw().hex().encode(),
        "recovery": str(recovery.to_public()).encode(),
    }, str(recovery)


def _made(path: Path, header: _Header, key: bytes, secrets: dict[str, bytes]) -> Keyring:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = _header_path(path).exists() or path.exists()
    except OSError as error:
        raise StoreError(
            f"No keyring can be made in {path.parent} ({error.strerror}): look to the rights on that folder."
        ) from error
    if there:
        raise StoreError("A keyring is there already, and is not written over: open it, or move it away.")
    with new_object(path, key, KEYRING) as made:
        made.connection.executemany("INSERT INTO secret VALUES (?, ?)", list(secrets.items()))
    write_durably(_header_path(path), msgspec.json.encode(header))
    return Keyring(path, key)


def _header_path(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _read_header(path: Path) -> _Header:
    try:
        text = _header_path(path).read_bytes()
    except OSError as error:
        raise StoreError(f"No keyring is at {path}: make one, or say where it is.") from error
    try:
        if msgspec.json.decode(text, type=_Format).format > FORMAT:
            raise StoreError("This keyring was written by a newer iprtool: update iprtool and open it again.")
        return msgspec.json.decode(text, type=_Header)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StoreError(f"The keyring's {_header_path(path).name} is damaged: put back a copy of it.") from error


def _protected(passphrase: str) -> tuple[_Header, bytes]:
    check_passphrase(passphrase)
    header = _Header(FORMAT, "argon2id", b"", salt=new_key()[:16])
    key = _derive(passphrase, header)
    return msgspec.structs.replace(header, check=_check(key)), key


def _derive(passphrase: str, header: _Header) -> bytes:
    # The same letters typed on another machine may come composed or decomposed.
    typed = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return Argon2id(
        salt=header.salt,
        length=KEY_BYTES,
        iterations=header.iterations,
        lanes=header.lanes,
        memory_cost=header.memory_kib,
    ).derive(typed)


def _check(key: bytes) -> bytes:
    return hashlib.sha256(b"iprtool keyring" + key).digest()
