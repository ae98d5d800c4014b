"""The demo's sessions: where their files are, and what client, therapist and researcher marked on them."""

from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID, uuid5

import msgspec

import iprtool
from iprtool.model.errors import IprtoolError
from iprtool.model.layer import Coverage, Stop
from iprtool.model.mark import Code, Mark, Peak, Rupture
from iprtool.model.terms import CoverageKind, Perspective, Quotable, Role, StoppedBy, Timeframe
from iprtool.model.times import parse_clock

_NAMESPACE = UUID("5b0f2c8e-5a0d-4f6e-9f37-2d1c7a64e0b9")
_AUTHORS: dict[Role, Literal["recaller", "coder"]] = {"researcher": "coder"}


class DemoLayer(msgspec.Struct, frozen=True):
    """One person's layer on the demo session, its ids the same every time.

    `closing` is the answer to the closing question, empty where none was asked; `closing_helpful` goes with it.
    """

    by: Role
    codebook: str
    codebook_version: str
    marks: tuple[Mark, ...]
    stops: tuple[Stop, ...]
    coverage: tuple[Coverage, ...]
    closing: str = ""
    closing_helpful: float | None = None


def demo_folder(session: str = "d01-s3") -> Path:
    """A session's folder with session.opus, session.vtt and layers.toml, which is beside the others' and study.toml.

    In the installed package, else in the checkout.
    """
    package = Path(iprtool.__file__).parent
    for demo in (package / "demo" / "recordings", package.parent / "recordings" / "demo"):
        if (demo / session / "layers.toml").is_file():
            return demo / session
    raise IprtoolError("the demo session is missing from this installation; install iprtool again")


def demo_layers(folder: Path) -> list[DemoLayer]:
    """The layers in a demo folder's layers.toml, in its order; IprtoolError where the file does not hold them."""
    try:
        written = msgspec.toml.decode((folder / "layers.toml").read_bytes(), type=_File)
        return [_layer(folder.name, layer) for layer in written.layers]
    except (OSError, ValueError) as error:
        raise IprtoolError("the demo session's layers could not be read; install iprtool again") from error


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of layers.toml: a field that is not known is an error."""


class _Stop(_Strict, frozen=True):
    at: str
    by: StoppedBy
    went_on: str


class _Stretch(_Strict, frozen=True, rename={"start": "from", "end": "to"}):
    kind: CoverageKind
    start: str
    end: str


class _Mark(_Strict, frozen=True):
    at: str
    codes: tuple[str, ...]
    note: str
    on: str
    until: str | None = None
    peaks: tuple[str, ...] = ()
    stop: str | None = None
    timeframe: Timeframe = "then"
    perspective: Perspective = "own"
    helpful: Annotated[float, msgspec.Meta(ge=1, le=9)] | None = None
    lead: str | None = None
    about: Role | None = None
    quotable: Quotable = "ask"
    partner_recognisable: bool = False
    rupture: Rupture | None = None
    episode: str | None = None


class _Layer(_Strict, frozen=True):
    by: Role
    codebook: str
    codebook_version: str
    uncertainty_ms: int
    closing: str
    marks: tuple[_Mark, ...]
    coverage: tuple[_Stretch, ...]
    stops: tuple[_Stop, ...] = ()
    guide_version: str | None = None
    closing_helpful: float | None = None


class _File(_Strict, frozen=True):
    layers: tuple[_Layer, ...]


def demo_id(*names: str) -> str:
    """An id of the demo's own, the same every time: for a mark the session's folder, whose it is, "mark", its time."""
    return str(uuid5(_NAMESPACE, "/".join(names)))


def _layer(session: str, layer: _Layer) -> DemoLayer:
    stops = tuple(_stop(session, layer, stop) for stop in layer.stops)
    return DemoLayer(
        by=layer.by,
        codebook=layer.codebook,
        codebook_version=layer.codebook_version,
        marks=tuple(_mark(session, layer, mark, {stop.id: stop for stop in stops}) for mark in layer.marks),
        stops=stops,
        coverage=tuple(_coverage(session, layer, stretch) for stretch in layer.coverage),
        closing=layer.closing,
        closing_helpful=layer.closing_helpful,
    )


def _stop(session: str, layer: _Layer, stop: _Stop) -> Stop:
    at_ms = parse_clock(stop.at)
    return Stop(
        id=demo_id(session, layer.by, "stop", stop.at),
        at_ms=at_ms,
        raw_ms=at_ms,
        uncertainty_ms=layer.uncertainty_ms,
        stopped_by=stop.by,
        went_on_ms=parse_clock(stop.went_on),
    )


def _coverage(session: str, layer: _Layer, stretch: _Stretch) -> Coverage:
    return Coverage(
        id=demo_id(session, layer.by, "coverage", stretch.start),
        kind=stretch.kind,
        start_ms=parse_clock(stretch.start),
        end_ms=parse_clock(stretch.end),
    )


def _mark(session: str, layer: _Layer, mark: _Mark, stops: dict[str, Stop]) -> Mark:
    """The mark as the model has it; ValueError where it names a stop that the layer does not have."""
    start_ms = parse_clock(mark.at)
    end_ms = parse_clock(mark.until) if mark.until else None
    stop = stops.get(demo_id(session, layer.by, "stop", mark.stop)) if mark.stop else None
    if mark.stop and stop is None:
        raise ValueError(f"no stop at {mark.stop}")
    return Mark(
        id=demo_id(session, layer.by, "mark", mark.at),
        author=_AUTHORS.get(layer.by, "recaller"),
        kind="point" if end_ms is None else "interval",
        start_ms=start_ms,
        raw_start_ms=start_ms,
        end_ms=end_ms,
        raw_end_ms=end_ms,
        uncertainty_ms=layer.uncertainty_ms,
        codes=tuple(Code(layer.codebook, layer.codebook_version, code) for code in mark.codes),
        peaks=tuple(Peak(parse_clock(peak), layer.by, layer.uncertainty_ms) for peak in mark.peaks),
        note=mark.note,
        stop=stop.id if stop else None,
        stopped_by=stop.stopped_by if stop else None,
        timeframe=mark.timeframe,
        perspective=mark.perspective,
        helpful=mark.helpful,
        lead=mark.lead,
        guide_version=layer.guide_version if mark.lead else None,
        about=mark.about,
        quotable=mark.quotable,
        partner_recognisable=mark.partner_recognisable,
        rupture=mark.rupture,
        episode=demo_id("episode", mark.episode) if mark.episode else None,
    )
