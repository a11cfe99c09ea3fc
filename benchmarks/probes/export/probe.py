"""Share of model x target cells that give the same answers, over the targets that both sides could be asked about."""

FIELDS = {
    "probe.export": ("vision", "text"),
    "probe.export_vision": ("vision",),
    "probe.export_text": ("text",),
}


def judge(config, facts):
    common = [target for target in config["scored"] if all(asked(found[target]) for found in facts.values())]
    for framework, found in facts.items():
        for metric, fields in FIELDS.items():
            names = [name for name, model in config["models"].items() if model["field"] in fields]
            if not common:
                yield not_run(config, framework, metric)
                continue
            for variant, targets in {"": common, **{target: [target] for target in common}}.items():
                cells = [found[target][name] for target in targets for name in names]
                items = tuple(listed(found, names, common)) if variant == "" else ()
                yield {**figure(framework, metric, variant, cells), "items": items}


def asked(cells):
    return all(cell["state"] != "not_installed" for cell in cells.values())


def not_run(config, framework, metric):
    needs = ", ".join(config["requirements"][framework])
    reason = f"no target is installed on every side; needs some of {needs}"
    return {"framework": framework, "metric": metric, "status": "not_run", "reason": reason}


def figure(framework, metric, variant, cells):
    passed = sum(cell["state"] == "ok" for cell in cells)
    return {
        "framework": framework,
        "metric": metric,
        "variant": variant,
        "value": passed / len(cells),
        "successes": passed,
        "trials": len(cells),
    }


def listed(found, names, common):
    for target, cells in found.items():
        for name in names:
            yield {"target": target, "model": name, "counted": target in common, **cells[name]}
