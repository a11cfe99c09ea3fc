"""Every word the dashboard and the report say, in English and Chinese.

One entry per text: (English, Chinese). Names in braces are filled in by the caller; both languages
use the same ones. Titles of dimensions, criteria and indicators come from the catalog instead.
"""

from __future__ import annotations

from evidence import words

LANGUAGES = words.LANGUAGES
"""Languages in the order in which an entry holds them."""

TEXTS: dict[str, tuple[str, str]] = {
    # Frame of every page
    "app.title": ("Touchstone", "试金石 Touchstone"),
    "page.scorecard": ("Scorecard", "评分表"),
    "page.dimension": ("Dimensions", "各维度"),
    "page.time": ("Time", "时间"),
    "page.benchmarks": ("Benchmarks", "基准测试"),
    "page.what-if": ("What if", "假如"),
    "page.health": ("Data & health", "数据与状况"),
    "toolbar.as_of": ("As of {date}", "截至 {date}"),
    "toolbar.as_of.pick": ("Show what was known on", "查看当时所知"),
    "toolbar.as_of.help": (
        "Every number on every page then rests only on evidence dated up to that day.",
        "此后所有页面的数字只依据截至该日的证据。",
    ),
    "toolbar.as_of.back": ("Back to newest", "回到最新"),
    "toolbar.language": ("Language", "语言"),
    "toolbar.comparison": ("Comparison", "对比"),
    "toolbar.pair": ("The two whose difference is shown", "显示差值的两者"),
    "toolbar.dimension": ("Dimension", "维度"),
    "footer": (
        "frame {frame} · built {built} · release {release}",
        "定义版本 {frame} · 构建于 {built} · 发布号 {release}",
    ),
    "waiting.scores": ("Scoring with what was known on {date} …", "正在按 {date} 所知的数据评分……"),
    "waiting.evidence": ("Walking from the scores to the bytes …", "正在从得分追溯到原始字节……"),
    "waiting.time": ("Scoring the end of each year …", "正在为每年年末评分……"),
    "waiting.weights": ("Scoring with your weights …", "正在按您的权重评分……"),
    "list.separator": ("; ", "；"),
    "colon": ("{what}: {words}", "{what}：{words}"),
    "range": ("{low} to {high}", "{low} 至 {high}"),
    "interval90": ("90 %: {interval}", "90 %：{interval}"),
    "nothing": ("—", "—"),
    # Scorecard
    "scorecard.summary": (
        "The opinion holds in **{holds}** of {all} dimensions and fails in **{fails}**; "
        "**{open}** not settled, **{lacking}** without enough evidence.",
        "{all} 个维度中，该观点有 **{holds}** 个成立，**{fails}** 个与证据相悖；"
        "**{open}** 个尚无定论，**{lacking}** 个证据不足。",
    ),
    "scorecard.summary.no_claims": (
        "No opinion is on file for this comparison: {all} dimensions, evidence only.",
        "此对比没有可核对的观点：{all} 个维度，仅列证据。",
    ),
    "scorecard.age": (
        "newest evidence {newest} days old, oldest {oldest}",
        "最新证据 {newest} 天前，最旧 {oldest} 天前",
    ),
    "scorecard.age.none": ("no evidence yet", "尚无证据"),
    "scorecard.caption": (
        "Opinion and evidence per dimension, with the difference between {first} and {second}.",
        "各维度的观点与证据，以及 {first} 与 {second} 的差值。",
    ),
    "scorecard.dimension": ("Dimension", "维度"),
    "scorecard.opinion": ("Opinion", "观点"),
    "scorecard.opinion.help": (
        "The published scores, {first} : {second}, out of {out_of}. Source: {source}",
        "已发表的评分，{first} : {second}，满分 {out_of}。来源：{source}",
    ),
    "scorecard.level.help": (
        "Evidence score of {framework}, 0 to 10, with its 90 % interval. Compare differences, not levels.",
        "{framework} 的证据得分，0 至 10，附 90 % 区间。请比较差值，不要比较绝对水平。",
    ),
    "scorecard.coverage": ("Coverage", "覆盖率"),
    "scorecard.coverage.help": (
        "Families of evidence measured for both, of those planned. The bar is the share by weight; "
        "a verdict needs the tick at 60 %.",
        "两者均测得的证据族数，占计划的证据族数。横条为按权重计的比例；下结论需达到 60 % 刻线。",
    ),
    "scorecard.verdict": ("Verdict", "结论"),
    "scorecard.ahead.left": ("← {framework} ahead", "← {framework} 领先"),
    "scorecard.ahead.right": ("{framework} ahead →", "{framework} 领先 →"),
    "scorecard.coverage.families": ("{measured} of {planned}", "{measured} / {planned}"),
    "scorecard.dated.help": (
        "At least one figure here is older than it should be. The oldest is from {date}.",
        "此处至少有一个数字超过了应有的时限，最旧的来自 {date}。",
    ),
    "scorecard.plot": (
        "{dimension}: {opinion}{evidence}",
        "{dimension}：{opinion}{evidence}",
    ),
    "scorecard.plot.opinion": ("opinion {difference}; ", "观点 {difference}；"),
    "scorecard.plot.evidence": (
        "evidence {difference}, 90 % interval {interval}",
        "证据 {difference}，90 % 区间 {interval}",
    ),
    "scorecard.plot.none": ("no evidence measured for both", "两者均无测得的证据"),
    "scorecard.none": ("Nothing measured for both yet", "尚无两者均测得的证据"),
    "scorecard.legend.opinion": ("opinion ±1 (rounding)", "观点 ±1（取整误差）"),
    "scorecard.legend.evidence": (
        "evidence: difference, 50 % and 90 % interval",
        "证据：差值、50 % 与 90 % 区间",
    ),
    "scorecard.legend.tie": (
        "tie: under 0.5 points (1.0 where the opinion is a tie)",
        "持平：不足 0.5 分（观点为平手时 1.0 分）",
    ),
    "scorecard.legend.provisional": ("dashed: provisional", "虚线：暂定"),
    "scorecard.legend.insufficient": ("dotted grey: too little", "灰点线：证据不足"),
    "scorecard.note": (
        "The opinion’s 9s and our 9s share no zero point, so only differences are compared. "
        "Select a dimension to see why.",
        "观点的 9 分与我们的 9 分没有共同零点，因此只比较差值。点选维度可查看原因。",
    ),
    "scorecard.sort": ("Sorted by", "排序："),
    "scorecard.sort.disagreement": ("disagreement", "按分歧"),
    "scorecard.sort.opinion": ("the opinion’s order", "按原文顺序"),
    # Choose by need
    "need.title": ("Choose by need", "按需选择"),
    "need.help": (
        "Weighs the rows above by what you need. It never replaces them.",
        "按您的需要为上面各行加权，但不会取代它们。",
    ),
    "need.index": ("{framework} {value} ({low} to {high})", "{framework} {value}（{low} 至 {high}）"),
    "need.first": (
        "**{framework}** comes first in {share} of the draws.",
        "**{framework}** 在 {share} 的抽样中居首。",
    ),
    "need.change": (
        "It would change if {dimension} weighed {then} instead of {now}.",
        "若“{dimension}”的权重由 {now} 变为 {then}，结果将改变。",
    ),
    "need.change.none": (
        "No single dimension’s weight would change the order.",
        "任何单个维度的权重都不会改变次序。",
    ),
    "need.used": (
        "Rests on {used} of {all} dimensions; the others have no score.",
        "依据 {all} 个维度中的 {used} 个；其余没有得分。",
    ),
    "need.none": (
        "No dimension with a weight in this need has a score yet.",
        "此需要中有权重的维度都还没有得分。",
    ),
    "need.weights": ("Weights and their reasons", "权重及其理由"),
    # Words of a status; those of verdicts and gaps stand in evidence.words
    "status.reported": ("reported", "已报告"),
    "status.provisional": ("provisional", "暂定"),
    "status.insufficient": ("too little for a verdict", "证据不足以下结论"),
    "status.none": ("nothing measured", "尚无测量"),
    "status.provisional.help": (
        "Enough evidence for a tendency, not for a plain verdict: "
        "coverage below 60 %, or fewer than five families.",
        "证据足以看出倾向，但不足以直接下结论：覆盖率低于 60 %，或不足五个证据族。",
    ),
    # Dimension
    "dimension.opinion": ("Opinion", "观点"),
    "dimension.difference": ("Difference", "差值"),
    "dimension.coverage": ("Coverage", "覆盖率"),
    "dimension.why": ("What makes the difference", "差值从何而来"),
    "dimension.why.note": (
        "Each bar is weight × (score of {first} − score of {second}). They add up exactly.",
        "每根横条 = 权重 ×（{first} 得分 − {second} 得分），相加恰好等于差值。",
    ),
    "dimension.why.alt": (
        "Waterfall of {count} contributions that add up to a difference of {total}.",
        "{count} 项贡献的瀑布图，合计差值 {total}。",
    ),
    "dimension.outside": (
        "The difference at the declared weights lies outside its own 50 % interval: "
        "the result depends much on how the evidence is weighed.",
        "按既定权重得到的差值落在自身的 50 % 区间之外：结果在很大程度上取决于证据的权重。",
    ),
    "dimension.largest": (
        "The largest family of evidence, {family}, carries {share} of the weight.",
        "最大的证据族 {family} 占权重的 {share}。",
    ),
    "dimension.indicators": ("Indicators", "指标"),
    "dimension.indicators.note": (
        "Select an indicator to see what it counts, where it comes from and the bytes it rests on.",
        "点选指标可查看它数的是什么、来自哪里，以及它所依据的原始字节。",
    ),
    "dimension.indicators.none": ("No indicator is measured for both yet.", "尚无两者均测得的指标。"),
    "dimension.context": ("Context, shown but never scored (grade X)", "背景，仅展示、从不计分（等级 X）"),
    "dimension.missing": ("Planned, but not measured", "已计划但尚未测得"),
    "dimension.missing.none": ("Everything planned is measured.", "计划的证据均已测得。"),
    "dimension.missing.indicator": ("Indicator", "指标"),
    "dimension.missing.grade": ("Grade", "等级"),
    "dimension.missing.reason": ("Why it is missing", "缺失原因"),
    "dimension.missing.fill": ("What fills it", "如何补足"),
    "dimension.blind": ("Blind spots: no source here shows this", "盲区：此处没有来源能反映"),
    "dimension.blind.looked": ("looked for on {date}", "查找于 {date}"),
    "column.indicator": ("Indicator", "指标"),
    "column.unit": ("Unit", "单位"),
    "column.grade": ("Grade", "等级"),
    "column.part": ("Part of D", "差值分量"),
    "column.part.help": ("Weight × score difference, in points", "权重 × 得分差，单位：分"),
    "column.weight": ("Weight", "权重"),
    "column.window": ("Window", "窗口"),
    "column.source": ("Source", "来源"),
    "column.date": ("Date", "日期"),
    "column.licence": ("Licence", "许可"),
    "column.family": ("Family", "证据族"),
    "window.weeks": ("{weeks} w", "{weeks} 周"),
    "window.point": ("point in time", "时点"),
    "grade.A": ("A: direct observation", "A：直接观测"),
    "grade.B": ("B: indirect, known bias", "B：间接，偏差已知"),
    "grade.C": ("C: can be gamed, or its scope is broken", "C：可被操纵，或口径有缺"),
    "grade.X": ("X: shown, never scored", "X：仅展示，不计分"),
    "dated.tag": ("dated", "已过时限"),
    "doubt.title": ("How sure is this?", "有多大把握？"),
    "doubt.sampling": (
        "Sampling alone would give {sampling}; with every defensible choice varied it is {interval}.",
        "仅计抽样误差为 {sampling}；将所有合理选择都考虑在内则为 {interval}。",
    ),
    "doubt.sign": (
        "{first} is ahead in {share} of the draws; by more than {margin} points in {beyond}, "
        "and {second} by more than that in {other}.",
        "在 {share} 的抽样中 {first} 领先；领先超过 {margin} 分的占 {beyond}，"
        "{second} 领先超过该值的占 {other}。",
    ),
    "doubt.answer": ("What drives the answer", "什么决定答案"),
    "doubt.answer.note": (
        "Difference if one family of evidence is left out; the dashed line is the published difference.",
        "去掉某一证据族后的差值；虚线为发布的差值。",
    ),
    "doubt.doubt": ("What drives the doubt", "什么造成疑问"),
    "doubt.doubt.note": (
        "Share of the uncertainty that each choice makes, with all it does together with others; "
        "the tick is its share alone.",
        "每种选择造成的不确定性占比，含与其他选择的共同作用；刻线为其单独的占比。",
    ),
    "factor.sampling": ("sampling", "抽样"),
    "factor.measurement": ("errors of definition", "口径误差"),
    "factor.variant": ("protocol of a probe", "探针的做法"),
    "factor.window": ("length of the window", "窗口长度"),
    "factor.scope": ("core or broad scope", "核心或广义口径"),
    "factor.par": ("where the scale is anchored", "标度的基准"),
    "factor.aggregation": ("way of averaging", "平均方式"),
    "factor.weights": ("weights of the families", "证据族的权重"),
    "doubt.flip": (
        "**Nearest flip:** {indicator} would have to be {factor} times worse for {framework}, "
        "all else equal.",
        "**最近的翻转：**其他不变，{indicator} 对 {framework} 要差 {factor} 倍才会翻转。",
    ),
    "doubt.flip.none": (
        "**No single indicator can flip it**, however much worse it were.",
        "**没有任何单个指标能使其翻转**，无论变得多差。",
    ),
    "doubt.weight": (
        "**{share} of the weight** would have to move from the best to the worst indicators "
        "to reach a difference of zero.",
        "须把 **{share} 的权重** 从最有利的指标移到最不利的指标，差值才会归零。",
    ),
    "doubt.epsilon": (
        "The sign survives any change of weights up to {share} of the whole.",
        "权重变动不超过总量的 {share} 时，符号不变。",
    ),
    "doubt.manski": (
        "**If everything not measured went one way or the other** the difference could still be "
        "anywhere from {low} to {high}.",
        "**若未测得的证据全部偏向一方**，差值仍可能在 {low} 至 {high} 之间。",
    ),
    "doubt.multiplicity": (
        "A verdict needs 90 %. Of eight such verdicts expect about one in three tables to hold a false one.",
        "下结论需达到 90 %。八个这样的结论中，大约每三张表会有一张含有一个错误结论。",
    ),
    "doubt.none": (
        "Nothing can be said about doubt before something is measured for both.",
        "两者均有测量之前，无从谈论把握。",
    ),
    # Provenance
    "provenance.title": ("Where this number comes from", "这个数字从何而来"),
    "provenance.why": ("Why it counts", "为何计入"),
    "provenance.bias": ("Known bias", "已知偏差"),
    "provenance.guard": ("Guard", "防范"),
    "provenance.formula": ("Formula", "公式"),
    "provenance.formula.ratio": (
        "score = 10 / (1 + (par / value)^(k)), k = {direction}0.4 / ln {step}; par = {par}; weight {weight}",
        "得分 = 10 /（1 +（基准 / 数值）^k），k = {direction}0.4 / ln {step}；基准 = {par}；权重 {weight}",
    ),
    "provenance.formula.share": (
        "score = 10 × share ({direction}); weight {weight}",
        "得分 = 10 × 比例（{direction}）；权重 {weight}",
    ),
    "provenance.formula.growth": (
        "score = 10 / (1 + e^(−0.4 × growth / ln 1.25)); weight {weight}",
        "得分 = 10 /（1 + e^(−0.4 × 增长 / ln 1.25)）；权重 {weight}",
    ),
    "provenance.higher": ("higher is better", "越高越好"),
    "provenance.lower": ("lower is better", "越低越好"),
    "provenance.par": ("{value} ({kind})", "{value}（{kind}）"),
    "provenance.par.natural": ("natural par", "自然基准"),
    "provenance.par.panel": ("par of a published panel", "已发表样本的基准"),
    "provenance.par.pair": ("par of the pair: 5 = equal", "两者的几何均值：5 = 相等"),
    "provenance.score": ("Score", "得分"),
    "provenance.exact": ("exactly {value}", "准确值 {value}"),
    "provenance.observed": ("Observed", "观测时间"),
    "provenance.request": ("Request", "请求"),
    "provenance.requested_at": ("Requested at", "请求时间"),
    "provenance.sha256": ("SHA-256 of the body", "原文 SHA-256"),
    "provenance.bytes": ("Bytes", "字节数"),
    "provenance.body": ("Raw body", "原文"),
    "provenance.body.choose": ("Body to show", "要查看的原文"),
    "provenance.body.of": (
        "Showing the first {shown} of {bytes} bytes; the download has all of them.",
        "显示 {bytes} 字节中的前 {shown} 字节；下载可得全文。",
    ),
    "provenance.body.binary": (
        "This body is not text ({bytes} bytes). Download it to look inside.",
        "原文不是文本（{bytes} 字节），请下载查看。",
    ),
    "provenance.download": ("Download the raw body", "下载原文"),
    "provenance.sql.indicator": ("SQL that computes the value", "计算该数值的 SQL"),
    "provenance.sql.chain": (
        "SQL that walks from the score to the bytes",
        "从得分追溯到原始字节的 SQL",
    ),
    "provenance.none": ("No body is recorded for this value.", "此数值没有记录原文。"),
    "provenance.location": ("Kept at", "存放于"),
    # Time
    "time.title": ("{dimension} · Time", "{dimension} · 时间"),
    "time.note": (
        "The difference week by week, each week using only evidence dated up to then.",
        "逐周差值，每一周只用截至当时的证据。",
    ),
    "time.ahead.up": ("↑ {framework} ahead", "↑ {framework} 领先"),
    "time.ahead.down": ("↓ {framework} ahead", "↓ {framework} 领先"),
    "time.opinion": ("◇ Opinion {difference}", "◇ 观点 {difference}"),
    "time.tie": ("tie", "持平"),
    "time.unknown": ("not yet known", "当时尚不可知"),
    "time.legend.all": ("all indicators measured then", "当时测得的全部指标"),
    "time.legend.matched": (
        "matched set: only indicators present throughout",
        "同一集合：仅自始至终都有的指标",
    ),
    "time.legend.interval": ("50 % and 90 % interval", "50 % 与 90 % 区间"),
    "time.none": (
        "Nothing is measured for both at any of these dates.",
        "这些日期均无两者都测得的证据。",
    ),
    "time.lacking": (
        "{count} weeks are worked out, {lacking} are not yet. The weekly job goes on with them; "
        "“{command}” does it now.",
        "已算出 {count} 周，尚有 {lacking} 周未算。每周任务会继续；也可现在运行“{command}”。",
    ),
    "time.year_ends": (
        "Only the ends of years are shown, worked out just now: the weeks of {pair} are not worked out yet. "
        "The weekly job does it; “{command}” does it now.",
        "仅显示各年末，是刚刚算出的：{pair} 的逐周结果尚未算出。每周任务会补算；也可现在运行“{command}”。",
    ),
    "time.unexplained": ("no known break explains it", "没有已知的断点可以解释"),
    "time.moved.largest": (
        "The {shown} largest of {all} moves; the table below has every week.",
        "{all} 次变动中最大的 {shown} 次；下表列出每一周。",
    ),
    "time.breaks": ("Breaks: the source changed, not the world", "断点：变的是来源，不是世界"),
    "time.breaks.none": ("No break of a source is on file.", "没有登记来源断点。"),
    "time.break.from": ("{start} to {end}", "{start} 至 {end}"),
    "time.moved.why": ("{day}: {parts} ({why})", "{day}：{parts}（{why}）"),
    "time.moved": (
        "What moved it, on the indicators that both weeks have",
        "变动来自何处（仅计两期共有的指标）",
    ),
    "time.alt": (
        "Difference between {first} and {second} from {start} to {end}; last {value}.",
        "{first} 与 {second} 的差值，{start} 至 {end}；最后为 {value}。",
    ),
    "time.table": ("The same as a table", "同样的内容（表格）"),
    "time.families": ("Families", "证据族"),
    # Benchmarks
    "bench.ratio": (
        "How many times faster (same work, same machine)",
        "快多少倍（同样的工作、同一机器）",
    ),
    "bench.ratio.short": ("Faster by", "快多少倍"),
    "bench.ratio.none": (
        "No workload was timed for both in this run.",
        "此次运行没有两者均计时的负载。",
    ),
    "bench.faster.left": ("← {framework} faster", "← {framework} 更快"),
    "bench.faster.right": ("{framework} faster →", "{framework} 更快 →"),
    "bench.share": ("Share of what the machine can do", "达到机器能力的比例"),
    "bench.share.none": (
        "The ceiling of this machine was not measured in this run.",
        "此次运行没有测量该机器的上限。",
    ),
    "bench.none": (
        "No benchmark of both has been measured yet. One run takes a few minutes:",
        "尚无两者的基准测试结果。运行一次只需几分钟：",
    ),
    "bench.phase": ("Phase", "阶段"),
    "bench.phase.all": ("both", "两者"),
    "bench.mode": ("Mode", "模式"),
    "bench.mode.all": ("as declared", "既定方式"),
    "bench.hardware": ("Hardware", "硬件"),
    "bench.cores": ("{cores} cores", "{cores} 核"),
    "bench.device": ("Device", "设备"),
    "bench.train": ("train", "训练"),
    "bench.infer": ("infer", "推理"),
    "bench.not_measured": ("{name} · not measured in this run", "{name} · 此次运行未测"),
    "bench.unclear": ("{ratio} (unclear)", "{ratio}（不明确）"),
    "bench.tie": ("tie", "持平"),
    "bench.lead": ("{ratio} {framework}", "{ratio} {framework}"),
    "bench.noise": (
        "Bars hold nine in ten of {rounds} rounds. Tie zone ±{noise}: "
        "smaller differences are noise between rounds.",
        "横条包含 {rounds} 轮中的九成。持平区 ±{noise}：更小的差别只是轮次间的噪声。",
    ),
    "bench.unproved": (
        "Not proved to compute the same: {names}. Such times are shown and never scored.",
        "未证明计算相同：{names}。这类时间仅展示，不计分。",
    ),
    "bench.run": (
        "{device} · {date} · {rounds} rounds · {origin} · {machine}",
        "{device} · {date} · {rounds} 轮 · {origin} · {machine}",
    ),
    "bench.run.choose": ("Run", "运行"),
    "bench.origin": ("Origin", "来历"),
    "bench.origin.committed": ("shipped with the project", "随项目提供"),
    "bench.origin.own": ("your own run", "您自己的运行"),
    "bench.other": ("Memory, compilation, start", "内存、编译、启动"),
    "bench.memory": ("Memory", "内存"),
    "bench.compile": ("First call of a step: tracing and compilation", "首次调用：追踪与编译"),
    "bench.start": ("Start", "启动"),
    "bench.rest": ("What else was counted", "其他计量"),
    "bench.scaling": ("Scaling", "扩展性"),
    "bench.scaling.none": (
        "How speed changes with threads, batch, text length and processes has not been measured yet:",
        "尚未测量速度如何随线程、批量、文本长度和进程数变化：",
    ),
    "bench.scaling.note": (
        "Work per second, over that at the smallest point. Dashed: twice as much is twice as fast.",
        "每秒完成的工作量，以最小点为 1。虚线：加倍即快一倍。",
    ),
    "bench.axis.threads": ("Threads", "线程数"),
    "bench.axis.batch": ("Items per step (batch)", "每步样本数（批量）"),
    "bench.axis.tokens": ("Tokens per text", "每段文本的词元数"),
    "bench.axis.processes": ("Processes (data-parallel)", "进程数（数据并行）"),
    "bench.levels.note": (
        "Times of the same program on the same machine, run to run. A step is a change of level that noise "
        "alone rarely makes (at most 1 in 100 series); it is told with what changed in the versions.",
        "同一程序在同一机器上的历次时间。“跃变”指单凭噪声极少出现的水平变化（百条序列中至多一条误报），并注明版本的变化。",
    ),
    "bench.levels.runs": ("Runs", "运行次数"),
    "bench.levels.first": ("First", "首次"),
    "bench.levels.last": ("Last", "最近"),
    "bench.levels.steps": ("Steps", "跃变"),
    "bench.step.none": ("no step", "无跃变"),
    "bench.step.few": ("needs {runs} runs", "需要 {runs} 次运行"),
    "bench.probes": ("Probes, item by item", "探针逐项"),
    "bench.published": ("Published by others", "他人发表的结果"),
    "bench.comparable": ("Comparable?", "可比？"),
    "bench.comparable.yes": ("like for like", "条件相同"),
    "bench.comparable.no": ("not like for like", "条件不同"),
    "bench.proof": ("Proof of equality", "等价证明"),
    "bench.failed": ("Did not succeed", "未成功"),
    "bench.history": ("Run to run", "历次运行"),
    "bench.program": ("Program", "程序"),
    "bench.error": ("Worst relative error", "最大相对误差"),
    "bench.hash": ("Hash of the program", "程序哈希"),
    "bench.quotient": ("First over second", "前者比后者"),
    "bench.alt": (
        "Ratio of times per workload between {first} and {second}.",
        "{first} 与 {second} 各负载的时间比。",
    ),
    # What if
    "whatif.note": (
        "Move the weights; the verdicts follow. Nothing is stored: "
        "the address of this page holds your weights.",
        "移动权重，结论随之改变。不会保存任何内容：您的权重就在本页网址中。",
    ),
    "whatif.families": ("Weight of each family of evidence in {dimension}", "“{dimension}”中各证据族的权重"),
    "whatif.family.help": (
        "1 is the declared weight, 0 leaves the family out.",
        "1 为既定权重，0 表示去掉该族。",
    ),
    "whatif.reset": ("Reset", "重置"),
    "whatif.before": ("Published", "已发布"),
    "whatif.after": ("With your weights", "按您的权重"),
    "whatif.export": ("The same as an overlay for the catalog", "同样的设定，作为目录的覆盖文件"),
    "whatif.download": ("Download the overlay (TOML)", "下载覆盖文件（TOML）"),
    "whatif.spec": ("Every defensible analysis", "所有合理的分析"),
    "whatif.spec.note": (
        "{count} analyses that differ in choices nobody can settle, sorted by the difference they find; "
        "{first} is ahead in {share}. Below each dot stands what it chose.",
        "{count} 种分析，各自在无法定论的选择上有所不同，按所得差值排序；其中 {share} 是 {first} 领先。"
        "每个点的下方是它所作的选择。",
    ),
    "whatif.spec.choices": ("Choices of each analysis", "每种分析所作的选择"),
    "whatif.dimensions": ("Weight of each dimension, and what it recommends", "各维度的权重，及其推荐"),
    "choice.normalisation": ("Scale", "标度"),
    "choice.normalisation.par": ("against a fixed par", "对照固定基准"),
    "choice.normalisation.pair": ("against each other", "两者相互对照"),
    "choice.normalisation.goalposts": ("linear in steps", "按步长线性"),
    "choice.normalisation.share": ("share of the two", "两者之占比"),
    "choice.normalisation.ratio_to_max": ("ratio to the larger", "与较大者之比"),
    "choice.aggregation": ("Averaging", "平均方式"),
    "choice.aggregation.arithmetic": ("arithmetic", "算术"),
    "choice.aggregation.geometric": ("geometric", "几何"),
    "choice.aggregation.median": ("median", "中位数"),
    "choice.window": ("Window", "窗口"),
    "choice.window.shorter": ("shorter", "较短"),
    "choice.window.declared": ("as declared", "既定"),
    "choice.window.longer": ("longer", "较长"),
    "choice.scope": ("Scope", "口径"),
    "choice.scope.core": ("core", "核心"),
    "choice.scope.broad": ("broad", "广义"),
    "whatif.none": (
        "Nothing is measured for both here, so there is nothing to weigh.",
        "此处没有两者均测得的证据，无从加权。",
    ),
    "whatif.same": ("# every weight as declared", "# 所有权重均为既定值"),
    # Data and health
    "health.intro": (
        "Any quantity as it was collected, and how the collecting is going.",
        "所采集的任意数量，以及采集的状况。",
    ),
    "health.metric": ("Quantity", "数量"),
    "health.frameworks": ("Frameworks", "框架"),
    "health.frameworks.pick": ("Choose at least one framework.", "请至少选择一个框架。"),
    "health.scale": ("Scale", "刻度"),
    "health.scale.linear": ("linear", "线性"),
    "health.scale.log": ("log", "对数"),
    "health.scope": ("Scope", "口径"),
    "health.scope.core": ("core: the framework itself", "核心：框架本身"),
    "health.scope.broad": ("broad: with its official packages", "广义：含官方配套包"),
    "health.view": ("View", "视图"),
    "health.view.value": ("value", "数值"),
    "health.view.weekly": ("change per week", "每周变化"),
    "health.view.ratio": ("ratio of the first two", "前两者之比"),
    "health.none": (
        "No value of this quantity has been collected for these frameworks.",
        "尚未为这些框架采集此数量。",
    ),
    "health.counts": ("What it counts, and what not", "它数什么、不数什么"),
    "health.download.csv": ("Download CSV", "下载 CSV"),
    "health.download.parquet": ("Download Parquet", "下载 Parquet"),
    "health.download.svg": ("Download SVG", "下载 SVG"),
    "health.download.png": ("Download PNG", "下载 PNG"),
    "health.sql": ("SQL of this view, to copy", "此视图的 SQL，可复制"),
    "health.freshness": ("Freshness", "新鲜度"),
    "health.attempts": ("Last runs", "最近的运行"),
    "health.dictionary": ("Data dictionary", "数据字典"),
    "health.suspect": ("Suspect values", "可疑数值"),
    "health.suspect.note": (
        "Weeks in which a counter did what no counter of the world does. Scores leave them out or take them "
        "together; the rule reads the counter alone. The last column is what the register of events knows.",
        "某个计数器在这些周里的表现不像真实世界的计数器。评分会略去或合并这些周；规则只看计数器本身，末列为事件登记所知的原因。",
    ),
    "health.week": ("Week from", "周（起始）"),
    "health.growth": ("Growth shown", "显示的增长"),
    "health.behaviour": ("What it did", "表现"),
    "health.cause": ("Known cause", "已知原因"),
    "suspect.collapsed": (
        "fell within a week below a quarter of its own pace",
        "一周内跌至自身步调的四分之一以下",
    ),
    "suspect.frozen": ("stood still for weeks", "连续数周不动"),
    "suspect.caught up": ("moved for the first time after standing still", "停滞之后首次变动"),
    "suspect.flip-flopping": ("went back and forth between two definitions", "在两种定义之间来回切换"),
    "health.checks": ("Checks", "检查"),
    "health.check": ("Check", "检查项"),
    "health.found": ("Found", "发现"),
    "health.type": ("Type", "类型"),
    "health.events": ("Source events", "来源事件"),
    "health.source": ("Source", "来源"),
    "health.framework": ("Framework", "框架"),
    "health.outcome": ("Outcome", "结果"),
    "health.reason": ("Reason", "原因"),
    "health.started": ("Started", "开始"),
    "health.requests": ("Requests", "请求数"),
    "health.budget": ("of {budget}", "上限 {budget}"),
    "health.seconds": ("Seconds", "秒"),
    "health.run": ("Run", "运行"),
    "health.last": ("Last answer", "最近应答"),
    "health.expected": ("Expected every", "应有周期"),
    "health.state": ("State", "状态"),
    "health.days": ("{days} days", "{days} 天"),
    "health.fresh": ("fresh", "新鲜"),
    "health.stale": ("stale since {date}", "自 {date} 起过期"),
    "health.never": ("not collected", "未采集"),
    "health.alt": ("{metric} over time for {frameworks}.", "{frameworks} 的 {metric} 随时间变化。"),
    "health.empty": ("Nothing here yet.", "这里还没有内容。"),
    "health.newest": (
        "{framework}: newest value {day}, source {state}",
        "{framework}：最新数值 {day}，来源{state}",
    ),
    "health.table": ("Table", "表"),
    "health.column": ("Column", "列"),
    "health.meaning": ("Meaning", "含义"),
    "outcome.ok": ("answered", "已应答"),
    "outcome.absent": ("does not know it", "来源中没有"),
    "outcome.failed": ("source failed", "来源失败"),
    "outcome.not_applicable": ("does not apply", "不适用"),
    "outcome.capped": ("only a part was given", "只给出一部分"),
    # States
    "state.none.title": ("No evidence has been collected yet", "尚未采集任何证据"),
    "state.none.body": (
        "Touchstone found no published database in {home}. "
        "Collecting takes about three minutes and needs no account.",
        "在 {home} 中没有找到已发布的数据库。采集大约需要三分钟，不需要账号。",
    ),
    "state.none.command": ("Run this, then reload the page:", "运行以下命令，然后刷新页面："),
    "state.broken.title": ("The published database cannot be read", "已发布的数据库无法读取"),
    "state.broken.body": (
        "The raw answers are kept apart and are not affected. Publishing again makes a new file:",
        "原始应答另行保存，不受影响。重新发布即可生成新文件：",
    ),
    "state.broken.last_good": (
        "Showing the last version that could be read.",
        "显示的是最近一个可读的版本。",
    ),
    "state.newer": (
        "A newer build is available ({release}). This page still shows {shown}.",
        "有更新的构建（{release}）。本页仍显示 {shown}。",
    ),
    "state.newer.show": ("Show it", "显示"),
    "state.picked_up": (
        "A newer build was published while this page was open. You now see {release}.",
        "本页打开期间发布了新的构建，现在显示的是 {release}。",
    ),
    "state.stale": (
        "Evidence is going stale. {sources}. Scores still use the last answer.",
        "证据正在过期。{sources}。得分仍使用最近一次应答。",
    ),
    "state.stale.source": (
        "{source}: last answer {last}, stale since {since}",
        "{source}：最近应答 {last}，自 {since} 起过期",
    ),
    "state.stale.more": ("{count} more", "另有 {count} 个"),
    "state.past": (
        "You see what was known on {date}. Later evidence is left out.",
        "您看到的是 {date} 当时所知，之后的证据未计入。",
    ),
    "state.nothing_then": ("Nothing was known yet on {date}.", "{date} 时尚无任何所知。"),
    "state.bad_value": (
        "Unknown {what} “{value}”: showing {shown}.",
        "未知的{what}“{value}”：改为显示 {shown}。",
    ),
    "state.refused": ("This view could not be computed: {why}", "无法计算此视图：{why}"),
    "state.fault": (
        "This page met a fault of its own ({kind}). Your evidence is not affected; "
        "the server’s log has the details.",
        "本页自身出错（{kind}）。您的证据不受影响；详情见服务器日志。",
    ),
    "param.dim": ("dimension", "维度"),
    "param.cmp": ("comparison", "对比"),
    "param.pair": ("pair", "配对"),
    "param.as_of": ("date", "日期"),
    "param.lang": ("language", "语言"),
    "param.ind": ("indicator", "指标"),
    "param.need": ("need", "需要"),
    "param.sort": ("order", "排序"),
    "param.w": ("weights", "权重"),
    "param.run": ("run", "运行"),
    "param.mode": ("mode", "模式"),
    "param.metric": ("quantity", "数量"),
    "param.fw": ("frameworks", "框架"),
    "param.scope": ("scope", "口径"),
    "param.view": ("view", "视图"),
    "param.scale": ("scale", "刻度"),
    "param.sha": ("body", "原文"),
    # Words used here: term, then one plain sentence
    "words.title": ("Words used here", "名词解释"),
    "word.opinion": ("Opinion", "观点"),
    "word.opinion.means": (
        "Scores that somebody published. Touchstone takes them as a claim to be examined.",
        "他人发表的评分，试金石将其视为待检验的主张。",
    ),
    "word.evidence": ("Evidence", "证据"),
    "word.evidence.means": (
        "Quantities measured or counted by a rule that was fixed before looking at the result.",
        "按事先定好的规则测量或计数得到的量。",
    ),
    "word.difference": ("Difference", "差值"),
    "word.difference.means": (
        "The first framework’s score minus the second’s, in points from 0 to 10.",
        "前者得分减后者，单位为分，0 至 10。",
    ),
    "word.interval": ("90 % interval", "90 % 区间"),
    "word.interval.means": (
        "Where the difference lies in 90 % of defensible analyses.",
        "合理分析中有九成，差值落在此范围。",
    ),
    "word.coverage": ("Coverage", "覆盖率"),
    "word.coverage.means": (
        "Share of the planned evidence that was measured for both.",
        "两者均测得的证据占计划的比例。",
    ),
    "word.tie": ("Tie", "持平"),
    "word.tie.means": ("Too small a difference to matter.", "差别小到无关紧要。"),
    "word.family": ("Family", "证据族"),
    "word.family.means": (
        "Indicators that measure one mechanism through one source; together they have one weight, "
        "so that ten similar counters count once.",
        "经同一来源反映同一机制的指标；合用一份权重，十个相似的计数只算一次。",
    ),
    "word.grade": ("Grade A, B, C, X", "等级 A、B、C、X"),
    "word.grade.means": (
        "How directly an indicator shows what it stands for: A directly, B with a known bias, "
        "C gameable, X never scored.",
        "指标反映其所指的直接程度：A 直接，B 有已知偏差，C 可被操纵，X 不计分。",
    ),
    "word.provisional": ("Provisional", "暂定"),
    "word.provisional.means": (
        "Enough evidence for a tendency, too little for a plain verdict.",
        "证据足以看出倾向，但不足以直接下结论。",
    ),
    "word.as_of": ("As of", "截至"),
    "word.as_of.means": ("Only what was known by then.", "只用当时已知的数据。"),
    "word.matched": ("Matched set", "同一集合"),
    "word.matched.means": ("Only indicators present throughout.", "仅自始至终都有的指标。"),
    "word.break": ("Break", "断点"),
    "word.break.means": ("The source changed, not the world.", "变的是来源，不是世界。"),
    "word.dated": ("Dated", "已过时限"),
    "word.dated.means": (
        "Older than it should be, still used, and said so.",
        "超过应有时限，仍在使用，并如实注明。",
    ),
    "word.manski": ("If all the rest went the other way", "若其余证据全部相反"),
    "word.manski.means": (
        "Manski bounds: the range that stays possible whatever the unmeasured evidence says.",
        "Manski 界：无论未测得的证据如何，仍然可能的范围。",
    ),
    "word.share": ("Share of what the machine can do", "达到机器能力的比例"),
    "word.share.means": (
        "Speed divided by the roofline: the most this machine’s arithmetic and memory allow.",
        "速度除以屋顶线：该机器的算力与内存所允许的上限。",
    ),
    # Report
    "report.title": ("{comparison}: opinion and evidence", "{comparison}：观点与证据"),
    "report.made": ("As of {date} · frame {frame}", "截至 {date} · 定义版本 {frame}"),
    "report.details": ("Meaning and origin of each number", "每个数字的含义与来源"),
    "report.method": (
        "Each dimension’s difference is the sum of its contributions; intervals come from varying every "
        "defensible choice; missing evidence lowers coverage and is never a zero.",
        "每个维度的差值等于各项贡献之和；区间来自对所有合理选择的变动；缺失的证据降低覆盖率，绝不记为零。",
    ),
}

WORDS = tuple(
    key.removeprefix("word.").removesuffix(".means")
    for key in TEXTS
    if key.startswith("word.") and key.endswith(".means")
)
"""Terms of the glossary, in order."""


def say(key: str, language: str, /, **values: object) -> str:
    """Return a text in a language with its names filled in. Raises KeyError for an unknown key."""
    return TEXTS[key][LANGUAGES.index(language)].format(**values)
