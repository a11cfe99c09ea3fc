"""Public names by the project's own rule of its public-bindings test, with the two holes that were found.

The rule: a name in `__all__`; else no leading underscore and `__module__` equal to the module or below it
(`torch.nn` re-exports its layers). Built-ins are homed in `torch._C` or nowhere, and count as well.
"""

import importlib
import pkgutil
import warnings
from pathlib import Path

import torch

from benchmarks import documented
from benchmarks.workload import read_toml

SKIPPED = tuple(read_toml(Path(__file__).with_name("probe.toml"))["not_public"]["pytorch"])


def collect(spec):
    warnings.simplefilter("ignore")
    package = Path(torch.__file__).parent
    stubs = documented.read_stubs(
        [package / "_C" / "_VariableFunctions.pyi", package / "_C" / "__init__.pyi"]
    )
    found = documented.unique(pair for module in modules() for pair in members(module))
    return [entry for name, thing in found for entry in documented.describe(name, thing, stubs=stubs)]


def modules():
    yield torch
    for info in pkgutil.walk_packages(torch.__path__, "torch.", onerror=lambda name: None):
        if "._" in info.name or info.name.startswith(SKIPPED) or "__main__" in info.name:
            continue
        try:
            yield importlib.import_module(info.name)
        except Exception:  # an optional part that needs what is not installed; its names are not public here
            continue


def members(module):
    declared = set(getattr(module, "__all__", ()))

    def is_public(name, thing):
        home = getattr(thing, "__module__", None)
        if declared:
            return name in declared
        return f"{home}.".startswith((f"{module.__name__}.", "None.", "torch._C."))

    for name, thing in documented.public_members(module, is_public=is_public):
        yield f"{module.__name__}.{name}", thing
