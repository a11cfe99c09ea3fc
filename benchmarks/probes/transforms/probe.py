"""Count cells; an operation whose values differ between the sides is not the same operation, and leaves."""

from benchmarks import transforms


def judge(config, facts):
    same = transforms.same_operations(facts)
    for framework, found in facts.items():
        yield figure(framework, "", cells(found, same, ("ok",)))
        yield figure(framework, "loops_count", cells(found, same, ("ok", "loops")))
        for name in transforms.TRANSFORMS:
            chosen = [cell for cell in cells(found, same, ("ok",)) if cell["transform"] == name]
            yield figure(framework, name, chosen)


def cells(found, same, passing):
    return [
        {"op": op, "transform": name, "state": state, "passed": state in passing}
        for op in same
        for name, state in found[op]["cells"].items()
    ]


def figure(framework, variant, chosen):
    passed = sum(cell["passed"] for cell in chosen)
    failed = tuple({k: v for k, v in cell.items() if k != "passed"} for cell in chosen if not cell["passed"])
    return {
        "framework": framework,
        "metric": "probe.transforms",
        "variant": variant,
        "value": passed / len(chosen),
        "successes": passed,
        "trials": len(chosen),
        "items": failed if variant == "" else (),
    }
