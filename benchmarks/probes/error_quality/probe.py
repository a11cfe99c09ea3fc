"""Count mistakes whose error names the line and the facts; declared is eager execution."""


def judge(config, facts):
    for framework, found in facts.items():
        for variant, mode, key in (
            ("", "eager", "passed"),
            ("compiled", "compiled", "passed"),
            ("line_only", "eager", "line"),
        ):
            results = found[mode]
            passed = sum(result[key] for result in results.values())
            yield {
                "framework": framework,
                "metric": "probe.error_quality",
                "variant": variant,
                "value": passed / len(results),
                "successes": passed,
                "trials": len(results),
                "items": tuple(item(config, name, result) for name, result in results.items())
                if key == "passed"
                else (),
            }


def item(config, name, result):
    return {"mistake": name, "stratum": config["mistakes"][name]["stratum"], **result}
