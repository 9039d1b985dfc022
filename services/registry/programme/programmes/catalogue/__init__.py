"""The programme files, and the loader that reads every scalar as text."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.registry.programme.programmes.definition import Definition

FOLDER = Path(__file__).parent


class _StrictLoader(yaml.BaseLoader):
    """Text only: neither `1440-01-01` nor `no` becomes anything but text; a key written twice is a mistake."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a mapping with the same key twice, which YAML would resolve silently to the last."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"written twice: {sorted(twice)}", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def read_definition(text: str) -> Definition:
    """The definition in a YAML text; yaml.YAMLError or pydantic's ValidationError for what is none."""
    return Definition.model_validate(yaml.load(text, Loader=_StrictLoader))  # noqa: S506 - reads text only


@cache
def catalogue() -> tuple[Definition, ...]:
    """All definitions that ship with the product, by file name; read once, because the files belong to the release."""
    return tuple(read_definition(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml")))
