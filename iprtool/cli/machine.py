"""The command that looks at this machine."""

from iprtool.cli.options import AsJson
from iprtool.cli.top import app
from iprtool.console import as_json_text, say


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what was found on this machine (player, sound, terminal, versions) and what to do."""
    from iprtool.doctor import examine

    findings = examine()
    if as_json:
        say(as_json_text(findings))
        return
    for finding in findings:
        say(f"{'ok ' if finding.ok else '!! '} {finding.what:<12}{finding.found}")
        if finding.advice:
            say(f"    {'':<12}{finding.advice}")
