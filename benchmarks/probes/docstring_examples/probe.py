"""Count docstrings by state; declared is `runs` with at most one missing name supplied."""

EXCLUDED = ("device", "network", "third_party", "flaky")
RUNS = ("runs", "needs_one_name")


def judge(config, facts):
    for framework, found in facts.items():
        interactive = [[one] for one in found if one["kind"] == "interactive"]
        whole = {}
        for one in found:
            whole.setdefault(one["name"], []).append(one)
        scopes = {
            "": (interactive, RUNS),
            "prelude_only": (interactive, ("runs",)),
            "without_author_skips": ([unit for unit in interactive if not unit[0]["skipped"]], RUNS),
            "with_code_blocks": (list(whole.values()), RUNS),
        }
        for variant, (units, states) in scopes.items():
            counted = [unit for unit in units if not any(one["state"] in EXCLUDED for one in unit)]
            passed = sum(all(one["state"] in states for one in unit) for unit in counted)
            yield {
                "framework": framework,
                "metric": "probe.running_examples",
                "variant": variant,
                "value": passed / len(counted),
                "successes": passed,
                "trials": len(counted),
                "items": tuple(one for one in found if one["state"] not in RUNS) if variant == "" else (),
            }
