"""Scope: which industries are the equipment block, and how technical each is."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from regionlift.data.problems import did_you_mean


class Industry(BaseModel):
    """One sub-industry of the block."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    name: str
    name_zh: str
    tier: str
    optional: bool = False


class Title(BaseModel):
    """A printed name in two languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str
    zh: str


class ProducerServices(BaseModel):
    """Codes of the services that serve producers, for the input share of the value gauge."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    codes: tuple[str, ...]


class Scope(BaseModel):
    """The equipment block in one classification.

    ``total`` is the code of all industries in the panel; ``high_tech`` names the tiers counted as
    high-tech sub-industries; ``names`` are those of other industries, for tables that hold them;
    ``source`` and ``tiers_source`` say where both lists come from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    title_zh: str
    classification: str
    source: str
    tiers_source: str
    total: str
    high_tech: tuple[str, ...]
    tiers: dict[str, Title]
    industries: tuple[Industry, ...]
    names: dict[str, Title] = {}
    producer_services: ProducerServices

    @model_validator(mode="after")
    def _tiers_are_declared(self) -> Scope:
        used = {industry.tier for industry in self.industries} | set(self.high_tech)
        if unknown := used - set(self.tiers):
            raise ValueError(f"tiers {sorted(unknown)} are used but not declared under [tiers]")
        return self

    def name_of(self, code: str) -> tuple[str, str]:
        """Printed names of an industry, of the block or not; the code where there is none."""
        for industry in self.industries:
            if industry.code == code:
                return industry.name, industry.name_zh
        title = self.names.get(code)
        return (title.en, title.zh) if title else (code, "")

    def block(self, include: tuple[str, ...] = ()) -> tuple[Industry, ...]:
        """Sub-industries of the block; optional ones only where ``include`` names them."""
        return tuple(i for i in self.industries if not i.optional or i.code in include)

    def high(self, include: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Codes of the block's high-tech sub-industries."""
        return tuple(i.code for i in self.block(include) if i.tier in self.high_tech)


def shipped_scopes() -> list[str]:
    """Ids of the scopes that come with the package."""
    folder = files("regionlift.data") / "scopes"
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name != "__init__.py")


def load_scope(name: str, folder: Path | None = None) -> Scope:
    """Scope of that id, or of that TOML file inside ``folder``.

    Raises
    ------
    LookupError
        If no shipped scope has that id and no such file is there.
    """
    if folder is not None and name.endswith(".toml"):
        path = folder / name
        if not path.is_file():
            raise LookupError(f"no scope file {name} in {folder}")
        return Scope.model_validate(tomllib.loads(path.read_text("utf-8")))
    known = shipped_scopes()
    if name not in known:
        hint = did_you_mean(name, known)
        raise LookupError(f'no scope "{name}". {hint}Shipped: {", ".join(known)}')
    text = (files("regionlift.data") / "scopes" / f"{name}.toml").read_text("utf-8")
    return Scope.model_validate(tomllib.loads(text))
