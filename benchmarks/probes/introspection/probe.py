"""Share of tasks that work; by the side whose pages name them, and without those that one side lacks."""


def judge(config, facts):
    items = config["items"]
    offered = {
        name for name in items if all(found[name]["state"] != "not_offered" for found in facts.values())
    }
    scopes = {"": set(items), "offered_by_both": offered} | {
        f"{side}_sourced": {name for name, item in items.items() if item["side"] == side}
        for side in sorted({item["side"] for item in items.values()})
    }
    for framework, found in facts.items():
        for variant, names in scopes.items():
            passed = sum(found[name]["state"] == "works" for name in names)
            yield {
                "framework": framework,
                "metric": "probe.introspection",
                "variant": variant,
                "value": passed / len(names),
                "successes": passed,
                "trials": len(names),
                "items": tuple(listed(items, found)) if variant == "" else (),
            }


def listed(items, found):
    for name, item in items.items():
        yield {"item": name, "side": item["side"], "task": item["task"], "page": item["page"], **found[name]}
