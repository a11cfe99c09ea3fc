"""Public names by the rule of the documentation probe, read instead of imported.

In `__all__`; else no leading underscore and defined in the module or below it. The functions of `torch`
itself are generated and stand in a stub; those that `torch._C` brings without a definition count as names.
"""

from pathlib import Path

from benchmarks import stability
from benchmarks.workload import read_toml

SKIPPED = tuple(
    read_toml(Path(__file__).parent.parent / "documentation" / "probe.toml")["not_public"]["pytorch"]
)


def collect(spec):
    return stability.collect(spec, public)


def public(package, root):
    names = {}
    for module in stability.modules(root):
        if module.path.startswith(SKIPPED) or module.name == "__main__":
            continue
        declared = set(map(str, module.exports or ()))
        for name, thing in module.members.items():
            if name.startswith("_") or stability.is_module(thing):
                continue
            if name in declared if declared else is_own(module, thing):
                names[f"{module.path}.{name}"] = thing
    functions = root["_C._VariableFunctions"].members.items()
    generated = {f"torch.{name}": thing for name, thing in functions if not name.startswith("_")}
    return {name: thing for name, thing in generated.items() if not stability.is_module(thing)} | names


def is_own(module, thing):
    if thing.is_alias:
        return thing.target_path.startswith((f"{module.path}.", "torch._C."))
    return thing.is_class or thing.is_function or is_bound(thing)


def is_bound(thing):
    """A built-in that the module binds with its docstring."""
    return thing.is_attribute and "_add_docstr" in str(thing.value)
