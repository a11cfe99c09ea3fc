"""Count by topic. Declared: the unweighted mean over the topics that both sides offer (PROBES §1)."""

from fnmatch import fnmatchcase


def judge(config, facts):
    topics = matched(config["topics"], facts)
    for framework, entries in facts.items():
        by_topic = {name: pick(entries, config["topics"][name][framework]) for name in topics}
        scopes = {
            "": {name: without_methods(found) for name, found in by_topic.items()},
            "core_topics": {
                name: without_methods(found)
                for name, found in by_topic.items()
                if config["topics"][name].get("core", False)
            },
            "with_methods": by_topic,
            "whole_interface": {"all": without_methods(entries)},
        }
        for variant, groups in scopes.items():
            if not groups:
                continue
            for metric, count in COUNTS.items():
                yield figure(
                    framework, metric, variant, {name: count(group) for name, group in groups.items()}
                )


def figure(framework, metric, variant, counts):
    counted = {name: pair for name, pair in counts.items() if pair[1]}
    shares = [hits / trials for hits, trials in counted.values()]
    return {
        "framework": framework,
        "metric": metric,
        "variant": variant,
        "value": sum(shares) / len(shares),
        "successes": sum(hits for hits, _ in counted.values()),
        "trials": sum(trials for _, trials in counted.values()),
        "items": tuple({"topic": name, "hits": pair[0], "of": pair[1]} for name, pair in counted.items()),
    }


def documented_parameters(entries):
    asked = [entry for entry in entries if entry["parameters"]]
    return sum(entry["documented"] == entry["parameters"] for entry in asked), len(asked)


def docstrings(entries):
    return sum(entry["docstring"] for entry in entries), len(entries)


def typed_parameters(entries):
    return sum(entry["typed"] for entry in entries), sum(entry["parameters"] for entry in entries)


COUNTS = {
    "probe.documented_parameters": documented_parameters,
    "probe.docstrings": docstrings,
    "probe.typed_parameters": typed_parameters,
}


def matched(topics, facts):
    """Topics where every side has a callable with parameters; the others compare nothing."""
    return [
        name
        for name, sides in topics.items()
        if all(any(e["parameters"] for e in pick(facts[one], sides.get(one, ()))) for one in facts)
    ]


def without_methods(entries):
    return [entry for entry in entries if entry["kind"] != "method"]


def pick(entries, patterns):
    """Entries whose public name lies directly in a namespace (`torch.nn.`), or fits a pattern; `!` takes away."""
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    unwanted = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return [
        entry
        for entry in entries
        if any(fits(entry, one) for one in wanted) and not any(fits(entry, one) for one in unwanted)
    ]


def fits(entry, pattern):
    owner = entry["name"].rsplit(".", 1)[0] if entry["kind"] == "method" else entry["name"]
    if pattern.endswith("."):
        return owner.rsplit(".", 1)[0] + "." == pattern
    return fnmatchcase(owner, pattern)
