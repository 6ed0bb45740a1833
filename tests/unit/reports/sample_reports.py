"""Reports as rich as real ones, without market data: for the tests and the benchmark of the renderings."""

from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bvmt.reports.content import (
    Axis,
    Chart,
    ChartKind,
    Column,
    Day,
    Fact,
    Facts,
    Message,
    Missing,
    Moment,
    Number,
    NumberForm,
    Paragraph,
    Phrase,
    Point,
    Report,
    ReportKind,
    Row,
    Section,
    Table,
    Value,
    Words,
)

MADE = datetime(2026, 11, 24, 17, 0, 12, tzinfo=UTC)
DAY = date(2026, 11, 24)

COMPANIES = (
    "Banque Internationale Arabe de Tunisie",
    "Société Frigorifique et Brasserie de Tunis",
    "Poulina Group Holding",
    "Attijari Bank",
    "Carthage Cement",
    "Délice Holding",
    "One Tech Holding",
    "Électrostar",
    "Télnet Holding",
    "Société Tunisienne d’Assurances et de Réassurances",
    "Ateliers Mécaniques du Sahel",
    "Air Liquide Tunisie",
)
HEADLINES = (
    "الشركة التونسية للبنك تعلن عن ارتفاع أرباحها بنسبة 12,5 % خلال السداسي الأول من سنة 2026",
    "Carthage Cement : résultat net en hausse de 18 % à fin septembre",
    "بورصة تونس: توننداكس يغلق على ارتفاع وسط تداولات بلغت 9 ملايين دينار",
    "Délice Holding annonce un dividende de 0,550 dinar par action, détachement le 2 décembre",
)
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    '=HYPERLINK("http://evil.example","click")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3",
    "\t=1+1",
    "\u202egpj.exe\u202c Holding \u2066\u2067",
    "Rocket \U0001f680\U0001f4b8 Şirketi β Σ ▲▼ 中文 Bank",
    "x" * 5000,
    "Ω (unbalanced) \\ %PDF-1.7 endobj ) Tj ET",
    "null\x00byte \x1b[31m bell\x07 \ud800 half",
    "{name} {0} %s %(x)s ${y} <<>>",
    "**bold** __under__ [link](http://evil.example)",
)


def say(words: str, url: str | None = None) -> Message:
    """A message of any words."""
    return Message(key="text", values={"text": Words(value=words, url=url)})


def number(value: float, form: str) -> Number:
    return Number(value=value, form=NumberForm(form))


def column(key: str, heading: str, *, numeric: bool = True, width: float = 1.0) -> Column:
    return Column(key=key, heading=say(heading), numeric=numeric, width=width)


def sessions(count: int) -> list[date]:
    """The last `count` weekdays up to DAY, oldest first."""
    days = [DAY - timedelta(days=back) for back in range(count * 2)]
    return [day for day in days if day.weekday() < 5][:count][::-1]


def movers_table(id: str, rows: int, names: tuple[str, ...] = COMPANIES) -> Table:
    draw = random.Random(f"{id}{rows}")
    return Table(
        id=id,
        title=say("Top gainers, turnover of at least 5 kDT"),
        columns=(
            column("name", "Listing", numeric=False, width=3.2),
            column("close", "Close"),
            column("change", "Change"),
            column("turnover", "Turnover"),
            column("ratio", "To mean 20", width=0.9),
            column("trades", "Trades", width=0.8),
            column("note", "Note", numeric=False, width=1.6),
        ),
        rows=tuple(
            Row(
                cells=(
                    Words(value=names[at % len(names)]),
                    number(draw.uniform(0.5, 180), "price"),
                    number(draw.gauss(0, 0.03), "change"),
                    number(draw.lognormvariate(11, 2), "money_short"),
                    number(draw.uniform(0.1, 6), "ratio") if at % 7 else Missing(),
                    number(draw.randrange(3, 400), "count"),
                    say("ex-dividend") if at % 5 == 0 else say(""),
                ),
                quiet=at % 9 == 8,
                indent=1 if at % 6 in {1, 2} else 0,
            )
            for at in range(rows)
        ),
        note=say("Movers trade at least 5 kDT in at least 3 trades; thin ones are grey."),
    )


def stories_table(headlines: tuple[str, ...] = HEADLINES) -> Table:
    return Table(
        id="stories",
        title=say("Stories that moved the mood"),
        columns=(
            column("listing", "Listing", numeric=False, width=1.4),
            column("headline", "Headline", numeric=False, width=5),
            column("score", "Tone", width=0.7),
            column("seen", "Seen", numeric=False, width=1.6),
        ),
        rows=tuple(
            Row(
                cells=(
                    Words(value=COMPANIES[at % len(COMPANIES)]),
                    Words(value=headline, url=f"https://news.example/{at}"),
                    number(0.42 - at * 0.3 % 1, "score"),
                    Moment(value=MADE - timedelta(hours=at)),
                )
            )
            for at, headline in enumerate(headlines)
        ),
    )


def index_line(days: int = 250) -> Chart:
    draw = random.Random(days)
    level = 13450.0
    points = []
    for day in sessions(days):
        level *= math.exp(draw.gauss(0.0006, 0.0045))
        points.append(Point(x=Day(value=day), y=level, series="TUNINDEX", mark=day == DAY))
    return _chart("index_line", ChartKind.LINE, "TUNINDEX over 250 sessions", points, form=NumberForm.LEVEL)


def turnover_columns(days: int = 20) -> Chart:
    draw = random.Random(days + 1)
    points = [Point(x=Day(value=day), y=draw.lognormvariate(16, 0.5), mark=day == DAY) for day in sessions(days)]
    return _chart("turnover", ChartKind.COLUMNS, "Turnover, last 20 sessions", points, form=NumberForm.MONEY_SHORT)


def sector_bars(names: tuple[str, ...] = COMPANIES) -> Chart:
    draw = random.Random(3)
    points = [Point(x=Words(value=name), y=draw.gauss(0, 0.012)) for name in names]
    points.sort(key=lambda point: -(point.y or 0))
    return _chart("sectors", ChartKind.DIVERGING_BARS, "Sectors, change on the day", points, form=NumberForm.CHANGE)


def mood_heatmap(names: tuple[str, ...] = COMPANIES[:8]) -> Chart:
    draw = random.Random(4)
    points = [
        Point(x=Day(value=day), y=draw.uniform(-1, 1) if draw.random() > 0.3 else None, series=name)
        for name in names
        for day in sessions(20)
    ]
    return _chart("mood", ChartKind.HEATMAP, "News tone by listing", points, form=NumberForm.SCORE)


def risk_scatter(names: tuple[str, ...] = COMPANIES) -> Chart:
    draw = random.Random(5)
    points = [
        Point(
            x=number(draw.uniform(0.08, 0.5), "percent"),
            y=draw.gauss(0.1, 0.2),
            label=names[at % len(names)].split()[0] if at < 3000 else "",
            mark=at % 11 == 0,
        )
        for at in range(45)
    ]
    chart = _chart("risk", ChartKind.SCATTER, "Risk and return, 52 weeks", points, form=NumberForm.CHANGE)
    x = Axis(title=say("Volatility, a year"), form=NumberForm.PERCENT)
    return chart.model_copy(update={"x": x, "y": Axis(title=say("Return, 52 weeks"), form=NumberForm.CHANGE)})


def _chart(id: str, kind: ChartKind, title: str, points: list[Point], form: NumberForm) -> Chart:
    return Chart(
        id=id,
        kind=kind,
        title=say(title),
        alt=say(f"{title}: what is to be seen"),
        x=Axis(title=say("Session")),
        y=Axis(title=say("Tone" if kind is ChartKind.HEATMAP else ""), form=form),
        points=tuple(points),
    )


def facts() -> Facts:
    return Facts(
        items=(
            Fact(
                label=say("TUNINDEX"),
                value=number(15174.64, "level"),
                change=number(0.0045, "change"),
                remark=say("highest close since 3 March"),
            ),
            Fact(label=say("TUNINDEX20"), value=number(6820.11, "level"), change=number(-0.0021, "change")),
            Fact(label=say("Turnover"), value=number(9_214_330, "money_short"), change=number(0.31, "change")),
            Fact(label=say("Market capitalisation"), value=Missing(), remark=say("shares known for 48 of 75")),
            Fact(label=say("Up / down / unchanged"), value=Phrase(parts=(number(31, "count"), number(22, "count")))),
        )
    )


def report(kind: str = "daily", **changes: Any) -> Report:
    """A report with everything that a report may hold; `changes` replace its parts."""
    daily = kind == "daily"
    paragraph = Paragraph(
        sentences=(
            say("The index gained for the third session in a row, led by banks, on a turnover above its median."),
            say("Reading: "),
            say(HEADLINES[0], "https://news.example/story"),
            say("Breadth was positive: 31 listings rose and 22 fell."),
        )
    )
    sections = [
        section("indices", "Indices", facts(), index_line(), paragraph),
        section("activity", "Activity", turnover_columns(), sector_bars(), movers_table("sectors", 12)),
        section("movers", "Movers", movers_table("gainers", 5), movers_table("losers", 5), movers_table("thin", 9)),
        section("active", "Most active", movers_table("active", 10), sector_bars()),
        section(
            "anomalies",
            "Anomalies",
            Paragraph(sentences=(say("Atypical moves, to be checked."),), tone="note"),
            movers_table("anomalies", 14),
        ),
        section("tone", "News tone", mood_heatmap(), stories_table(), risk_scatter()),
        section(
            "tomorrow",
            "Tomorrow",
            Table(
                id="events", columns=(column("what", "Event", numeric=False),), rows=(), empty=Message(key="nothing")
            ),
            Paragraph(sentences=(say("No confirmed calendar for Ramadan 2027."),), tone="warning"),
        ),
    ]
    if not daily:
        sections.insert(2, section("listings", "All listings", movers_table("listings", 75)))
    made: dict[str, Any] = {
        "kind": ReportKind(kind),
        "first_day": DAY if daily else DAY - timedelta(days=4),
        "last_day": DAY,
        "made_at": MADE,
        "data_until": MADE - timedelta(hours=3),
        "data_source": "sandbox",
        "simulated": True,
        "zone": "Africa/Tunis",
        "title": say("Tunis Stock Exchange: the session of 24 November 2026" if daily else "Tunis: the week"),
        "lead": (
            say("TUNINDEX gained 0.45% to 15,174.64, its third rise in a row."),
            say("Turnover reached TND 9.21m, 1.31 times its 20-session median; five listings made 47% of it."),
            say("Two anomalies deserve a look; the mood of the news was mildly positive."),
        ),
        "sections": tuple(sections),
        "figures": {"tunindex": 15174.64, "turnover": 9_214_330.0, "market_cap": None},
        "disclaimer": (say("Made by rules from public data; no offer, no solicitation, no advice."),),
    }
    return Report(**made | changes)


def section(id: str, heading: str, *blocks: Any) -> Section:
    return Section(id=id, heading=say(heading), blocks=blocks, method=(say("Windows count sessions that existed."),))


def hostile_report() -> Report:
    """A report whose every foreign word is an attack or a misfortune."""
    values: tuple[Value, ...] = tuple(Words(value=words, url="javascript:alert(1)") for words in HOSTILE)
    blocks = (
        Facts(
            items=tuple(Fact(label=say(words), value=value) for words, value in zip(HOSTILE[:5], values, strict=False))
        ),
        movers_table("hostile_movers", 26, HOSTILE),
        stories_table(HOSTILE),
        sector_bars(HOSTILE),
        mood_heatmap(HOSTILE),
        risk_scatter(HOSTILE),
        Paragraph(sentences=tuple(say(words, "https://news.example/<b>") for words in HOSTILE)),
        Paragraph(sentences=(Message(key="text", values={"text": Phrase(parts=values)}),), tone="warning"),
    )
    return report("weekly", title=say(HOSTILE[0]), sections=(section("hostile", HOSTILE[6], *blocks),))
