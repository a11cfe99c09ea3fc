"""Count docstrings by state; declared is `runs` with at most one missing name supplied."""

EXCLUDED = ("device", "network", "third_party")
PASSING = {"": ("runs", "needs_one_name"), "prelude_only": ("runs",)}


def judge(config, facts):
    for framework, found in facts.items():
        counted = [one for one in found if one["state"] not in EXCLUDED]
        scopes = {variant: (counted, states) for variant, states in PASSING.items()}
        scopes["without_author_skips"] = ([one for one in counted if not one["skipped"]], PASSING[""])
        for variant, (entries, states) in scopes.items():
            passed = sum(one["state"] in states for one in entries)
            failed = tuple(one for one in found if one["state"] not in PASSING[""])
            yield {
                "framework": framework,
                "metric": "probe.running_examples",
                "variant": variant,
                "value": passed / len(entries),
                "successes": passed,
                "trials": len(entries),
                "items": failed if variant == "" else (),
            }
