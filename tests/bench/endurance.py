"""Two hours of a person's work at each player, as fast as it goes: whether anything that is held on to grows."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from iprtool.model.terms import Engine
from tests.bench.playing import usable_engines
from tests.bench.row import NotMeasured, Row, at_most, measure

if TYPE_CHECKING:
    from tests.sounds import Kind

HOURS = 2
KIND: "Kind" = "mp4"


@measure("endurance")
def endurance(quick: bool) -> list[Row]:
    """Both players at once; memory, threads and open files of their processes and of this one."""
    from tests.player_endurance import SECONDS, SECONDS_AN_OPERATION, endure, supported
    from tests.player_tape import recording

    if not supported():
        raise NotMeasured("what a process holds can be seen on Linux only")
    engines, missing = usable_engines()
    recording(KIND, SECONDS)
    operations = 200 if quick else round(HOURS * 3600 / SECONDS_AN_OPERATION)

    def one(engine: Engine) -> dict[str, tuple[float, float, float]]:
        return {f"{engine} {name}": process.ratios for name, process in endure(engine, KIND, operations).items()}

    with ThreadPoolExecutor(len(engines)) as pool:
        grown = {name: ratios for each in pool.map(one, engines) for name, ratios in each.items()}
    said = ", ".join(f"{name} {memory:.3f}" for name, (memory, _threads, _files) in grown.items())
    handles = max(max(threads, files) for _memory, threads, files in grown.values())
    note = f"the last looks by those after a quarter of {operations:,} operations: memory of {said}; threads and files"
    worst = max(max(ratios) for ratios in grown.values())
    return [at_most(1.1, "endurance", worst, "×", f"{note} {handles:.3f} at most. {missing}".strip())]
