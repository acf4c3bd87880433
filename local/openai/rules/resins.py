"""Which resins are near which: a small table, enough to have something to search for on one machine."""

import re

MOST = 3

# Nearest first: by family, then by how alike they are moulded and coloured. Written from the usual families of
# thermoplastics; a real model knows more and says it better.
_NEIGHBOURS: dict[str, tuple[str, ...]] = {
    "PP": ("PE-HD", "PP-R", "TPO"),
    "PP-R": ("PP", "PE-HD", "TPO"),
    "PE-HD": ("PE-LD", "PP", "PE-LLD"),
    "PE-LD": ("PE-LLD", "PE-HD", "EVAC"),
    "PE-LLD": ("PE-LD", "PE-HD", "EVAC"),
    "PE": ("PP", "PE-HD", "PE-LD"),
    "EVAC": ("PE-LD", "PE-LLD", "TPO"),
    "PS": ("PS-HI", "SAN", "ABS"),
    "PS-HI": ("PS", "ABS", "SAN"),
    "ABS": ("ASA", "SAN", "PS-HI"),
    "ASA": ("ABS", "SAN", "PMMA"),
    "SAN": ("ABS", "PS", "PMMA"),
    "PC": ("PC+ABS", "PMMA", "PBT"),
    "PC+ABS": ("ABS", "PC", "ASA"),
    "PMMA": ("SAN", "PC", "PS"),
    "PA6": ("PA66", "PA12", "PBT"),
    "PA66": ("PA6", "PA12", "PBT"),
    "PA12": ("PA11", "PA6", "PA66"),
    "PA11": ("PA12", "PA6", "PA66"),
    "PBT": ("PET", "PA6", "PC+PBT"),
    "PET": ("PBT", "PETG", "PC"),
    "PETG": ("PET", "PMMA", "PC"),
    "POM": ("PA6", "PBT", "PA66"),
    "PVC": ("PVC-P", "ABS", "PS-HI"),
    "PVC-P": ("TPU", "TPS", "EVAC"),
    "PVC-U": ("ABS", "PVC-P", "PS-HI"),
    "TPU": ("TPS", "PVC-P", "TPO"),
    "TPS": ("TPU", "TPO", "PVC-P"),
    "TPO": ("PP", "TPS", "PE-HD"),
    "PPE": ("PS-HI", "PA66", "PC"),
    "PPS": ("PEEK", "PA66", "PBT"),
    "PEEK": ("PPS", "PSU", "PA66"),
    "PSU": ("PPE", "PEEK", "PC"),
    "PLA": ("PET", "PS", "PP"),
}  # fmt: skip
# Other ways to write some of them.
_ALSO = {"HDPE": "PE-HD", "LDPE": "PE-LD", "LLDPE": "PE-LLD", "EVA": "EVAC", "HIPS": "PS-HI"}
_BY_PLAIN_CODE = {re.sub(r"[^A-Z0-9]", "", code): code for code in _NEIGHBOURS} | _ALSO


def neighbours(code: str) -> tuple[str, ...]:
    """Return up to three resins near the one of this ISO 1043-1 code, nearest first; none where it is not known.

    A filler is no other resin: PP-GF30 has the neighbours of PP.
    """
    for written in (code, code.split("-")[0], code.split(" ")[0]):
        known = _BY_PLAIN_CODE.get(plain(written))
        if known:
            return _NEIGHBOURS[known][:MOST]
    return ()


def plain(code: str) -> str:
    """Return the letters and digits of a code, in upper case: ``PE-HD`` and ``pe hd`` are the same resin."""
    return re.sub(r"[^A-Z0-9]", "", code.upper())
