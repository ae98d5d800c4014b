"""Consent: to what a person agreed, until when, and whether they withdrew."""

import msgspec

from iprtool.model.terms import ConsentScope, Role


class Consent(msgspec.Struct, frozen=True):
    """One person's consent; dates are ISO, `until` and `withdrawn_on` None where there is none.

    `text_version` is the version of the consent text that was signed. `kept_under` is the rule under which data are
    kept after a withdrawal, where they are.
    """

    id: str
    person: str
    scopes: tuple[ConsentScope, ...]
    signed_on: str
    until: str | None = None
    withdrawn_on: str | None = None
    text_version: str = ""
    kept_under: str = ""

    def covers(self, scope: ConsentScope, on: str) -> bool:
        """Whether it holds for this scope on a day (ISO date)."""
        ended = self.until is not None and on > self.until
        withdrawn = self.withdrawn_on is not None and on >= self.withdrawn_on
        return scope in self.scopes and on >= self.signed_on and not ended and not withdrawn


class PersonConsents(msgspec.Struct, frozen=True):
    """A person of the roster with their consents; `problem` is why none holds today for the study's purpose, or None.

    `label` and `dyad` are pseudonyms, `person` is the id.
    """

    person: str
    label: str
    role: Role
    dyad: str | None
    consents: tuple[Consent, ...] = ()
    withdrawn_on: str | None = None
    problem: str | None = None


def consent_text(consent: Consent) -> str:
    """A consent in one line: for what, signed when, until when, withdrawn or not."""
    parts = [", ".join(consent.scopes) or "nothing noted", f"signed {consent.signed_on}"]
    if consent.until:
        parts.append(f"until {consent.until}")
    if consent.text_version:
        parts.append(f"text {consent.text_version}")
    if consent.withdrawn_on:
        parts.append(f"withdrawn {consent.withdrawn_on}")
    if consent.kept_under:
        parts.append(f"kept under {consent.kept_under}")
    return " · ".join(parts)
