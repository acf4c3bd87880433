"""What stands in the data block of each prompt. Fields that are not known here are passed over."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Resin(_Entry):
    code: str
    family: str | None = None


class Wish(_Entry):
    field: str
    text: str


class Meant(_Entry):
    meaning: str


class Request(_Entry):
    """``colours``: what the colour words mean; ``not_understood``: those that nobody could read."""

    resin: Resin | None = None
    acceptable_resins: tuple[str, ...] = ()
    lab: tuple[Finite, Finite, Finite] | None = None
    colours: tuple[Meant, ...] = ()
    not_understood: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    wishes: tuple[Wish, ...] = ()


class Material(_Entry):
    id: str
    name: str | None = None
    resin: str | None = None
    resin_family: str | None = None
    colour_words: str | None = None
    dE: Finite | None = None  # noqa: N815 - the usual symbol
    fits_words: Finite | None = None
    wishes: dict[str, str] = {}


class Result(Material):
    score: Finite | None = None


class SynonymQuestion(_Entry):
    """The block of ``synonym_resins``."""

    resin: Resin


class ColourQuestion(_Entry):
    """The block of ``colour_words``."""

    words: tuple[str, ...]


class ScoreQuestion(_Entry):
    """The block of ``score_chunk``."""

    request: Request
    materials: tuple[Material, ...]


class AnalysisQuestion(_Entry):
    """The block of ``overall_analysis``."""

    request: Request
    results: tuple[Result, ...]


class LanguageShare(_Entry):
    language: str
    percent: Finite


class ScoredRepository(_Entry):
    """``matched``: words of the question that were found in it."""

    name: str
    score: Finite
    matched: tuple[str, ...] = ()
    languages: tuple[LanguageShare, ...] = ()


class RepoQuestion(_Entry):
    """The block of ``repo_answer``."""

    repositories: tuple[ScoredRepository, ...]
