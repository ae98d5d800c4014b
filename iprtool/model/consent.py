"""Consent: to what a person agreed, until when, and whether they withdrew."""

from collections.abc import Sequence

import msgspec

from iprtool.model.study import Person
from iprtool.model.terms import ConsentScope, Role

UNASKED: tuple[Role, ...] = ("researcher", "observer", "supervisor")
"""Those who study, code or supervise: nobody asks for their consent."""


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


def use_problem(
    person: Person,
    consents: Sequence[Consent],
    scope: ConsentScope,
    on: str,
    *,
    purpose: ConsentScope,
    keeps_consents: bool,
) -> str | None:
    """Why what there is of a person may not be used for this on a day (ISO), in one sentence; None where it may.

    `purpose` is what the study is for: after a withdrawal only what is kept under a rule may be used, and for that
    only. Of a person without a consent nothing is asked as long as the study keeps none.
    """
    if person.role in UNASKED:
        return None
    if person.withdrawn_on is not None and on >= person.withdrawn_on:
        rule = next((one.kept_under for one in reversed(consents) if one.kept_under), "")
        if rule and scope == purpose:
            return None
        kept = "what is kept under a rule serves the study's purpose only" if rule else "nothing of theirs is used"
        return f"{person.label} withdrew on {person.withdrawn_on}, so {kept}."
    if not consents and not keeps_consents:
        return None
    return consent_problem(person.label, consents, scope, on)


def consent_problem(label: str, consents: Sequence[Consent], scope: ConsentScope, on: str) -> str | None:
    """Why none of a person's consents holds for this on a day (ISO), and what to do, in one sentence; None if one does.

    `label` is the person's pseudonym.
    """
    if any(one.covers(scope, on) for one in consents):
        return None
    how = f"note what was signed with: iprtool consent STUDY {label} --scope {scope} --signed DATE"
    of_scope = [one for one in consents if scope in one.scopes]
    if not of_scope:
        return f"{label} has no consent for {scope}; {how}."
    last = of_scope[-1]
    if last.withdrawn_on is not None and on >= last.withdrawn_on:
        return f"{label} withdrew the consent for {scope} on {last.withdrawn_on}, so it is not used for that."
    if on < last.signed_on:
        return f"The consent of {label} for {scope} is dated {last.signed_on}, which is still to come; check its date."
    return f"The consent of {label} for {scope} ended on {last.until}; if there is a new one, {how}."
