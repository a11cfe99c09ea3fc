"""Public names are the exported trees from which the reference sites are generated: `tf.*` and `keras.*`."""

import types
import warnings
from pathlib import Path

import keras
import tensorflow as tf

from benchmarks import documented
from benchmarks.workload import read_toml

HIDDEN = set(read_toml(Path(__file__).with_name("probe.toml"))["not_public"]["tensorflow"])


def collect(spec):
    warnings.simplefilter("ignore")
    names = [*walk("tf", tf, set()), *walk("keras", keras, set())]
    found = documented.unique(names)
    return [entry for name, thing in found for entry in documented.describe(name, thing, stubs={})]


def walk(prefix, module, seen):
    seen.add(id(module))
    root = prefix.split(".", 1)[0]
    for name in sorted(dir(module)):
        if name.startswith("_") or name in HIDDEN:
            continue
        thing = getattr(module, name, None)
        if isinstance(thing, types.ModuleType):
            if id(thing) not in seen and _exported(root, thing):
                yield from walk(f"{prefix}.{name}", thing, seen)
        elif documented.is_callable(thing):
            yield f"{prefix}.{name}", thing


def _exported(root, module):
    home = module.__name__
    return (
        "tensorflow._api.v2" in home or home.startswith("keras.api")
        if root == "tf"
        else home.startswith("keras.") and ".src" not in home
    )
