"""Share of set-ups with the same bits, and what the switch costs on those that run with and without it."""

import math
from statistics import median

DISTURBED = 1.25
"""A second quickest run this far above the quickest: the machine was busy, and the times say nothing."""


def judge(config, facts):
    for framework, found in facts.items():
        for variant, mode in (("", "with"), ("without_switch", "without")):
            passed = sum(one[mode]["state"] == "identical" for one in found.values())
            yield {
                "framework": framework,
                "metric": "probe.deterministic_runs",
                "variant": variant,
                "value": passed / len(found),
                "successes": passed,
                "trials": len(found),
                "items": tuple(item(config, name, one) for name, one in found.items())
                if variant == ""
                else (),
            }
        ratios = {
            name: one["with"]["seconds"] / one["without"]["seconds"]
            for name, one in found.items()
            if all("seconds" in one[mode] and timed_by_all(facts, name, mode) for mode in ("with", "without"))
        }
        yield {
            "framework": framework,
            "metric": "probe.determinism_cost",
            "value": math.exp(sum(map(math.log, ratios.values())) / len(ratios)),
            "quality": "noisy" if spread(found, ratios) > DISTURBED else "ok",
            "items": tuple({"setup": name, "ratio": round(ratio, 3)} for name, ratio in ratios.items()),
        }


def spread(found, names):
    return median(found[name][mode]["spread"] for name in names for mode in ("with", "without"))


def timed_by_all(facts, name, mode):
    return all("seconds" in found[name][mode] for found in facts.values())


def item(config, name, one):
    return {
        "setup": name,
        "side": config["setups"][name]["side"],
        "with_switch": one["with"]["state"],
        "without_switch": one["without"]["state"],
        "said": one["with"]["said"] or one["without"]["said"],
    }
