"""Public names are the exported trees from which the reference sites are generated: `tf.*` and `keras.*`.

What an exported module imports from its own package is exported; Keras kept its tree under `keras.api`
before 3.10.
"""

from pathlib import Path

from benchmarks import stability
from benchmarks.workload import read_toml

HIDDEN = set(
    read_toml(Path(__file__).parent.parent / "documentation" / "probe.toml")["not_public"]["tensorflow"]
)


def collect(spec):
    return stability.collect(spec, public)


def public(package, root):
    if package == "tensorflow":  # the top of the tree stands in the package itself
        return exported(root["_api.v2"], "tf", package) | names_of(root, "tf", package)
    return exported(root["api"] if "api" in root.members else root, "keras", package)


def exported(module, prefix, package):
    names = names_of(module, prefix, package)
    for name, thing in module.members.items():
        if not thing.is_alias and thing.is_module and is_shown(name):
            names |= exported(thing, f"{prefix}.{name}", package)
    return names


def names_of(module, prefix, package):
    return {
        f"{prefix}.{name}": thing
        for name, thing in module.members.items()
        if thing.is_alias
        and is_shown(name)
        and thing.target_path.startswith(f"{package}.")
        and not stability.is_module(thing)
    }


def is_shown(name):
    return not name.startswith("_") and name not in HIDDEN
