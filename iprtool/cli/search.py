"""Searching a study: marks, notes and transcripts of all its sessions."""

from typing import TYPE_CHECKING, Annotated

import typer

from iprtool.cli.options import AsJson, PassphraseFile, StudyPath
from iprtool.cli.top import app
from iprtool.console import as_json_text, open_study, progress_of, say
from iprtool.model.times import clock

if TYPE_CHECKING:
    from iprtool.reviewing.across import Hit
    from iprtool.reviewing.links import Links
    from iprtool.reviewing.search import Query
    from iprtool.store.study import Study


@app.command()
def search(
    study: StudyPath,
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="words, all of which must be there")] = None,
    role: Annotated[str, typer.Option("--role", help="whose mark, or who speaks: client, therapist …")] = "",
    theme: Annotated[str, typer.Option("--theme", help="a theme, or a part of its name")] = "",
    code: Annotated[str, typer.Option("--code", help="a code, or a part of its label")] = "",
    group: Annotated[str, typer.Option("--group", help="the dyads' group")] = "",
    rupture: Annotated[str, typer.Option("--rupture", help="any, withdrawal, confrontation, mixed, unclear")] = "",
    quotable: Annotated[
        str, typer.Option("--quotable", help="no, ask, yes: of author and researcher the stricter")
    ] = "",
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Find words, codes, themes and ruptures in all sessions of a study; this prints what people said and wrote."""
    from iprtool.reviewing.search import Query

    words = [word.casefold() for word in text or []]
    options = (one.casefold() for one in (role, code, theme, group, rupture, quotable))
    query = _checked(Query(tuple(words), *options))
    with open_study(study, passphrase_file) as opened:
        hits, links, withheld = _found(opened, query)
    if as_json:
        say(as_json_text([_row(hit, links) for hit in hits]))
        return
    for hit in hits:
        say(_line(hit))
    count = "nothing found" if not hits else f"{len(hits)} found"
    say(f"{count} · {withheld}" if withheld else count)


def _checked(query: "Query") -> "Query":
    from iprtool.reviewing.search import checked

    if query.empty:
        raise typer.BadParameter("say what to look for, as words or with --role, --theme, --code …", param_hint="TEXT")
    try:
        return checked(query)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from error


def _found(study: "Study", query: "Query") -> "tuple[list[Hit], Links, str]":
    """What is found, and why not everything was searched."""
    from iprtool.desk.searching import WordsOfStudy
    from iprtool.reviewing.across import found, withheld_text

    words = WordsOfStudy(study)
    hits: list[Hit] = []
    withheld: list[str] = []
    links, count = words.links(), max(1, words.count())
    with progress_of("Searching") as progress:
        for number, session in enumerate(words.read(), start=1):
            hits += found([session], query, links)
            withheld.append(session.withheld)
            progress(number / count)
    return hits, links, withheld_text(withheld)


def _line(hit: "Hit") -> str:
    """A hit as a line of the terminal, without what a terminal would act on."""
    entry = hit.entry
    said = " ".join(entry.text.split())
    note = f"“{said}”" if said else ""
    parts = (f"{hit.dyad.label} {hit.session.number}", clock(entry.at_ms), entry.by, entry.title, note)
    return "".join(one if one.isprintable() else "�" for one in "  ".join(part for part in parts if part))


def _row(hit: "Hit", links: "Links") -> dict[str, object]:
    entry = hit.entry
    row: dict[str, object] = {
        "dyad": hit.dyad.label,
        "session": hit.session.number,
        "group": hit.dyad.group,
        "at_ms": entry.at_ms,
        "by": entry.by,
        "kind": "mark" if entry.mark else "utterance",
        "title": entry.title,
        "text": entry.text,
    }
    if entry.mark is not None and entry.ref is not None:
        row |= {
            "layer": entry.ref.layer,
            "mark": entry.ref.mark,
            "codes": [one.code for one in entry.mark.codes],
            "themes": [one.name for one in links.themes_of(entry.ref)],
            "rupture": entry.mark.rupture.type if entry.mark.rupture else None,
            "quotable": links.quoting(entry.ref, entry.mark).quotable,
        }
    return row
