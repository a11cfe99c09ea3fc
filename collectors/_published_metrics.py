"""What the figures kept in `published_tables/` count, and what they do not."""

from __future__ import annotations

from evidence.types import Metric

_BASE = "the same figure for every framework"
_CNCF = (
    "of the whole organisation on GitHub over twelve months, from GH Archive, which loses events since "
    "2025-06 (windows that reach beyond are too low); only the 100 largest organisations are listed, so no "
    "row is not a zero; windows of neighbouring reports overlap"
)
_ROUND = "in one published round; submitters are mostly vendors of hardware"

METRICS = (
    Metric("published.cncf_authors", "people", "flow", f"distinct authors of pushed commits {_CNCF}"),
    Metric(
        "published.cncf_commits", "commits", "flow", f"distinct commits pushed, mirrors included, {_CNCF}"
    ),
    Metric("published.cncf_issues", "events", "flow", f"issues opened, closed or reopened {_CNCF}"),
    Metric(
        "published.cncf_pull_requests", "events", "flow", f"pull requests opened, closed, reopened {_CNCF}"
    ),
    Metric("published.cncf_comments", "comments", "flow", f"comments, those of bots included, {_CNCF}"),
    Metric(
        "published.cncf_activity", "events", "flow", f"public events of every kind, stars included, {_CNCF}"
    ),
    Metric(
        "published.conference_papers_mentioning",
        "papers",
        "stock",
        "papers of one conference whose full text names the framework or one of its libraries; papers that "
        "name two frameworks are counted for neither; naming is not using",
    ),
    Metric("published.conference_papers", "papers", "stock", f"all papers of the conference, {_BASE}"),
    Metric(
        "published.hn_hiring_mentions",
        "posts",
        "flow",
        "top-level posts of the month's 'Who is hiring?' thread that name the framework; start-ups and the "
        "United States weigh most; one post may name several frameworks",
    ),
    Metric("published.hn_hiring_posts", "posts", "flow", f"all top-level posts of the thread, {_BASE}"),
    Metric(
        "published.mlperf_training_results",
        "results",
        "stock",
        f"(submitter, system, benchmark) results of MLPerf Training attributed to the framework, {_ROUND}",
    ),
    Metric(
        "published.mlperf_training_results_total", "results", "stock", f"all results of the round, {_BASE}"
    ),
    Metric("published.mlperf_training_results_cv", "results", "stock", f"vision benchmarks only, {_ROUND}"),
    Metric("published.mlperf_training_results_cv_total", "results", "stock", f"all vision results, {_BASE}"),
    Metric(
        "published.mlperf_training_results_nlp", "results", "stock", f"language benchmarks only, {_ROUND}"
    ),
    Metric(
        "published.mlperf_training_results_nlp_total", "results", "stock", f"all language results, {_BASE}"
    ),
    Metric(
        "published.mlperf_training_systems",
        "systems",
        "stock",
        f"system descriptions of MLPerf Training that name the framework (several possible), {_ROUND}",
    ),
    Metric(
        "published.mlperf_training_systems_total", "systems", "stock", f"all system descriptions, {_BASE}"
    ),
    Metric(
        "published.mlperf_inference_systems",
        "systems",
        "stock",
        "system descriptions of MLPerf Inference that name the framework (several possible); engines that "
        "run its exported models are not counted; not every round was read",
    ),
    Metric(
        "published.mlperf_inference_systems_total", "systems", "stock", f"all system descriptions, {_BASE}"
    ),
    Metric(
        "published.transformers_architectures",
        "architectures",
        "stock",
        "model architectures of one release of the transformers library with an implementation in the "
        "framework; one library, its files counted",
    ),
    Metric(
        "published.transformers_architectures_vision",
        "architectures",
        "stock",
        "of those the vision architectures, by a fixed list of names: a lower bound",
    ),
    Metric(
        "published.kaggle_usage",
        "share",
        "stock",
        "respondents of the yearly Kaggle survey who use the framework regularly, of all respondents; "
        "learners weigh most; several answers possible",
    ),
    Metric("published.kaggle_no_answer", "share", "stock", f"respondents who skipped that question, {_BASE}"),
    Metric(
        "published.kaggle_model_hub_usage",
        "share",
        "stock",
        "respondents who take models from the framework's own hub, of all respondents",
    ),
    Metric(
        "published.stackoverflow_loved",
        "share",
        "stock",
        "users of the framework in the Stack Overflow survey who want to go on using it; not how many use it",
    ),
    Metric(
        "published.stackoverflow_usage_professional",
        "share",
        "stock",
        "professional developers of the Stack Overflow survey who used the framework in the past year",
    ),
    Metric(
        "published.stackoverflow_questions",
        "questions",
        "flow",
        "questions with the framework's tag asked in the period; deleted ones left out",
    ),
    Metric(
        "published.paper_implementations",
        "share",
        "stock",
        "paper implementations on GitHub that use the framework, by Papers with Code, as quoted by others",
    ),
    Metric(
        "published.oreilly_ai_adoption",
        "share",
        "stock",
        "respondents of O'Reilly's AI adoption survey whose organisation uses the framework; rounded figures",
    ),
    Metric(
        "published.step_time",
        "ms",
        "stock",
        "published time per step on a GPU where both sides ran like for like; hardware and reasons stand in "
        "the table; not our measurement",
    ),
    Metric(
        "published.step_time_context",
        "ms",
        "stock",
        "published time per step where the two sides are not like for like (the table says why): shown only",
    ),
    Metric(
        "published.throughput",
        "items/s",
        "stock",
        "published items a second on GPUs where both sides ran like for like; the item stands in the name",
    ),
    Metric(
        "published.throughput_context",
        "items/s",
        "stock",
        "published items a second where the two sides are not like for like (the table says why): shown only",
    ),
)
