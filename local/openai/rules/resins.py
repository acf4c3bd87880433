"""Which resins are near which: a small table, enough to have something to search for on one machine."""

import re
from collections.abc import Iterator

from shared.search.resins import resins, resolve_resin

MOST = 3

# Nearest first: by family, then by how alike they are moulded and coloured. Written from the usual families of
# thermoplastics; a real model knows more and says it better.
_NEIGHBOURS: dict[str, tuple[str, ...]] = {
    "PP": ("PE-HD", "PP-R", "TPO"),
    "PP-H": ("PP", "PP-B", "PE-HD"),
    "PP-B": ("PP", "PP-R", "PE-HD"),
    "PP-R": ("PP", "PE-HD", "TPO"),
    "PP+EPDM": ("TPO", "PP-B", "PP"),
    "PE-HD": ("PE-LD", "PP", "PE-LLD"),
    "PE-MD": ("PE-HD", "PE-LLD", "PE-LD"),
    "PE-LD": ("PE-LLD", "PE-HD", "EVAC"),
    "PE-LLD": ("PE-LD", "PE-HD", "EVAC"),
    "PE": ("PP", "PE-HD", "PE-LD"),
    "EVAC": ("PE-LD", "PE-LLD", "TPO"),
    "PS": ("PS-HI", "SAN", "ABS"),
    "PS-HI": ("PS", "ABS", "SAN"),
    "ABS": ("ASA", "SAN", "PS-HI"),
    "MABS": ("SAN", "ABS", "PMMA"),
    "ASA": ("ABS", "SAN", "PMMA"),
    "SAN": ("ABS", "PS", "PMMA"),
    "SMMA": ("SAN", "PMMA", "PS"),
    "PC": ("PC+ABS", "PMMA", "PBT"),
    "PC+ABS": ("ABS", "PC", "ASA"),
    "PC+ASA": ("PC+ABS", "ASA", "PC"),
    "PC+PBT": ("PC+PET", "PBT", "PC"),
    "PC+PET": ("PC+PBT", "PET", "PC"),
    "PMMA": ("SAN", "PC", "PS"),
    "PMMA+ABS": ("ABS", "PMMA", "ASA"),
    "PA": ("PA6", "PA66", "PA12"),
    "PA6": ("PA66", "PA12", "PBT"),
    "PA66": ("PA6", "PA12", "PBT"),
    "PA6/66": ("PA6", "PA66", "PA12"),
    "PA610": ("PA612", "PA12", "PA6"),
    "PA612": ("PA610", "PA12", "PA6"),
    "PA12": ("PA11", "PA6", "PA66"),
    "PA11": ("PA12", "PA6", "PA66"),
    "PA46": ("PA66", "PPA", "PA6"),
    "PPA": ("PA6T", "PA46", "PPS"),
    "PA6T": ("PPA", "PA46", "PPS"),
    "PA+ABS": ("PC+ABS", "ABS", "PA6"),
    "PBT": ("PET", "PA6", "PC+PBT"),
    "PBT+ASA": ("PBT", "PC+ASA", "ASA"),
    "PET": ("PBT", "PETG", "PC"),
    "PETG": ("PET", "PMMA", "PC"),
    "PCTG": ("PETG", "PC", "PMMA"),
    "POM": ("PA6", "PBT", "PA66"),
    "POM-H": ("POM", "POM-C", "PA66"),
    "POM-C": ("POM", "POM-H", "PBT"),
    "PVC": ("PVC-P", "ABS", "PS-HI"),
    "PVC-P": ("TPU", "TPS", "EVAC"),
    "PVC-U": ("ABS", "PVC-P", "PS-HI"),
    "TPE": ("TPS", "TPU", "TPO"),
    "TPU": ("TPS", "PVC-P", "TPO"),
    "TPS": ("TPU", "TPO", "PVC-P"),
    "TPO": ("PP", "TPS", "PE-HD"),
    "TPV": ("TPO", "TPS", "TPU"),
    "TPC": ("TPU", "TPA", "PBT"),
    "TPA": ("TPU", "TPC", "PA12"),
    "PPE": ("PS-HI", "PA66", "PC"),
    "PPE+PS": ("PS-HI", "PC+ABS", "ABS"),
    "PPE+PA": ("PA66", "PPE+PS", "PA6"),
    "PPS": ("PEEK", "PA66", "PBT"),
    "PEEK": ("PPS", "PSU", "PA66"),
    "PSU": ("PPE", "PEEK", "PC"),
    "PLA": ("PET", "PS", "PP"),
}  # fmt: skip
# What takes the place of a resin that has no other of its family beside it.
_NEAREST_FAMILIES: dict[str, tuple[str, ...]] = {
    "polyolefin": ("PP", "PE-HD", "PE-LD"),
    "ethylene copolymer": ("EVAC", "PE-LD", "PE-LLD"),
    "styrenic": ("PS", "ABS", "SAN"),
    "polyamide": ("PA6", "PA66", "PA12"),
    "polyester": ("PET", "PBT", "PETG"),
    "bioplastic": ("PLA", "PBAT", "PET"),
    "polycarbonate": ("PC", "PC+ABS", "PMMA"),
    "acrylic": ("PMMA", "SAN", "PC"),
    "polyacetal": ("POM", "PA6", "PBT"),
    "vinyl": ("PVC", "PVC-U", "PVC-P"),
    "polyether": ("PPE", "PS-HI", "PA66"),
    "high-performance": ("PPS", "PEEK", "PSU"),
    "fluoropolymer": ("PVDF", "PTFE", "ETFE"),
    "cellulosic": ("CA", "CAB", "PMMA"),
    "thermoplastic elastomer": ("TPE", "TPS", "TPU"),
    "thermoset": ("UP", "EP", "PF"),
    "rubber": ("EPDM", "TPV", "TPS"),
}


def neighbours(code: str) -> tuple[str, ...]:
    """Return up to three resins near the one of this ISO 1043-1 code, nearest first; none where it is not known.

    A filler is no other resin: PP-GF30 has the neighbours of PP. A blend without an entry has those of its first part
    after its parts; any other resin those of its family.
    """
    resin = resolve_resin(code)
    if not resin.known:
        return ()
    return tuple(dict.fromkeys(near for near in _near(resin.code, resin.family) if near != resin.code))[:MOST]


def plain(code: str) -> str:
    """Return the letters and digits of a code, in upper case: ``PE-HD`` and ``pe hd`` are the same resin."""
    return re.sub(r"[^A-Z0-9]", "", code.upper())


def _near(code: str, family: str | None) -> Iterator[str]:
    """Resins near this one, nearest first: by the table, its parts, its kind without what qualifies it, its family."""
    yield from _NEIGHBOURS.get(code, ())
    parts = code.split("+")
    if len(parts) > 1:
        yield from parts
    general = parts[0].split("-")[0]
    if general in resins():
        yield general
    yield from _NEIGHBOURS.get(parts[0], ())
    yield from _NEIGHBOURS.get(general, ())
    yield from _NEAREST_FAMILIES.get(family or "", ())
    yield from (other for other, entry in resins().items() if entry.family == family)
