"""Share of snippets by category, each category alike; a silently wrong one is counted apart."""

from collections import defaultdict


def judge(config, facts):
    for framework, found in facts.items():
        for protocol, results in found.items():
            yield figure(config, framework, protocol, results, wrong=0.0)
        yield figure(config, framework, "wrong_counts_minus_one", found[""], wrong=-1.0)


def figure(config, framework, variant, results, *, wrong):
    points = defaultdict(list)
    for name, result in results.items():
        score = {"correct": 1.0, "wrong": wrong}.get(result["state"], 0.0)
        points[config["snippets"][name]["category"]].append(score)
    means = [sum(scores) / len(scores) for scores in points.values()]
    items = [
        {"snippet": name, "category": config["snippets"][name]["category"], **one}
        for name, one in results.items()
    ]
    return {
        "framework": framework,
        "metric": "probe.compiles_as_is",
        "variant": variant,
        "value": sum(means) / len(means),
        "successes": sum(result["state"] == "correct" for result in results.values()),
        "trials": len(results),
        "items": tuple(items) if wrong == 0.0 else (),
    }
