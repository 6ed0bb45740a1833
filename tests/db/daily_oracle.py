"""What a daily report has to say of the market of `daily_desk`, worked out from the raw lines in plain arithmetic.

Nothing of the product computes here, only the listings' names and sectors are taken from it.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from bvmt.market.indices import SECTOR_INDICES
from bvmt.market.listings import seed_listings
from tests.db.daily_desk import AB, BIAT, COMING_DIVIDEND, DAY, DIVIDEND, SFBT, RawMarket

Expected = Iterator[tuple[str, Decimal]]

TUNINDEX, TUNINDEX20 = "905001", "905028"


class Oracle:
    """The figures of DAY from raw lines."""

    def __init__(self, raw: RawMarket) -> None:
        self.raw = raw
        self.days = raw.sessions
        self.at = self.days.index(DAY)
        self.before = self.days[self.at - 1]
        self.name = {listing.isin: listing.name for listing in seed_listings()}
        self.ticker = {listing.isin: listing.ticker for listing in seed_listings()}
        self.sector = {listing.isin: listing.sector for listing in seed_listings()}
        self.isins = [isin for isin in raw.close if DAY in raw.close[isin]]
        self.traded = [isin for isin in self.isins if raw.volume[isin][DAY] > 0]
        self.move = {isin: self.close(isin) / self.reference(isin) - 1 for isin in self.traded}
        self.total = sum(self.turnover(isin) for isin in self.isins)

    def close(self, isin: str, day: date = DAY) -> Decimal:
        return self.raw.close[isin][day]

    def turnover(self, isin: str, day: date = DAY) -> Decimal:
        return self.raw.turnover[isin].get(day, Decimal(0))

    def reference(self, isin: str) -> Decimal:
        return self.close(isin, self.before) - (DIVIDEND if isin == SFBT else 0)

    def everything(self) -> dict[str, Decimal]:
        parts = (
            *(self.lead(), self.indices(), self.activity(), self.breadth(), self.contributors(), self.sectors()),
            *(self.movers(), self.active(), self.anomalies(), self.news(), self.tomorrow(), self.context()),
        )
        return {path: Decimal(value) for part in parts for path, value in part}

    # Lead

    def lead(self) -> Expected:
        level, first = self.raw.level[TUNINDEX], self.up()[0]
        day = level[DAY] / level[self.before] - 1
        way = "up" if day > 0 else "down"
        yield f"lead/daily.lead.{way}/change", abs(day)
        yield f"lead/daily.lead.{way}/level", level[DAY]
        if (streak := self.streak(TUNINDEX)) > 1:
            yield f"lead/daily.lead.streak_{way}/n", Decimal(streak)
        yield "lead/daily.lead.year/change", level[DAY] / level[self.last_of(2025)] - 1
        ratio = self.total / self.median([self.total_of(day) for day in self.window()])
        kind = "lively" if ratio > Decimal("1.25") else "quiet" if ratio < Decimal("0.8") else "ordinary"
        yield f"lead/daily.lead.{kind}/turnover", self.total
        yield f"lead/daily.lead.{kind}/ratio", ratio
        yield f"lead/daily.lead.{kind}/sessions", Decimal(20)
        for name, n in self.breadth_counts().items():
            yield f"lead/daily.lead.breadth/{name}", Decimal(n)
        for key, isin in (("gainer", first), ("loser", self.down()[0])):
            yield f"lead/daily.lead.{key}/change", self.move[isin]
            yield f"lead/daily.lead.{key}/turnover", self.turnover(isin)
        yield "lead/daily.lead.anomalies/n", Decimal(1)

    # Indices

    def indices(self) -> Expected:
        for row, (code, name) in enumerate(((TUNINDEX, "TUNINDEX"), (TUNINDEX20, "TUNINDEX20"))):
            level = self.raw.level[code]
            yield f"indices/{name}/value", level[DAY]
            yield f"indices/{name}/change", level[DAY] / level[self.before] - 1
            yield (
                f"indices/{name}/remark/daily.indices.since_january/change",
                level[DAY] / level[self.last_of(2025)] - 1,
            )
            path = f"indices/indices/{row} {name}"
            yield f"{path}/level", level[DAY]
            yield f"{path}/points", level[DAY] - level[self.before]
            yield from self.spans(path, code)
            way = "up" if level[DAY] > level[self.before] else "down"
            yield f"{path}/streak/daily.streak.{way}/n", Decimal(self.streak(code))
            year = [level[day] for day in sorted(level)[-252:]]
            yield f"{path}/to_high", level[DAY] / max(year) - 1
            yield f"{path}/to_low", level[DAY] / min(year) - 1
        yield "indices/daily.indices.method.extremes/n", Decimal(252)
        shown = sorted(self.raw.level[TUNINDEX].items())[-260:]
        for day, value in shown:
            yield f"indices/chart tunindex/TUNINDEX@{day}", value
        alt = "indices/chart tunindex/daily.indices.chart.alt"
        yield f"{alt}/lowest", min(value for _, value in shown)
        yield f"{alt}/highest", max(value for _, value in shown)
        yield f"{alt}/last", shown[-1][1]

    def spans(self, path: str, code: str) -> Expected:
        level = self.raw.level[code]
        monday = DAY - timedelta(days=DAY.weekday())
        bases = {
            "day": self.before,
            "week": max(day for day in level if day < monday),
            "month": max(day for day in level if day < DAY.replace(day=1)),
            "year": self.last_of(2025),
        }
        for name, base in bases.items():
            yield f"{path}/{name}", level[DAY] / level[base] - 1

    def streak(self, code: str) -> int:
        level = self.raw.level[code]
        days = sorted(level)
        signs = [(level[b] > level[a]) - (level[b] < level[a]) for a, b in itertools.pairwise(days)]
        return next((n for n, sign in enumerate(reversed(signs)) if sign != signs[-1]), len(signs))

    # Activity

    def activity(self) -> Expected:
        past = self.window()
        largest = sorted(self.traded, key=lambda isin: -self.turnover(isin))[:5]
        yield "activity/Turnover/value", self.total
        path = "activity/Turnover/remark/daily.activity.of_median"
        yield f"{path}/ratio", self.total / self.median([self.total_of(day) for day in past])
        yield f"{path}/n", Decimal(20)
        yield "activity/Trades/value", Decimal(self.counted("trades", DAY))
        yield "activity/Shares traded/value", Decimal(self.counted("volume", DAY))
        yield "activity/daily.activity.largest/n", Decimal(5)
        yield "activity/Part of the 5 largest/value", sum(self.turnover(isin) for isin in largest) / self.total
        block = Decimal(60000) * self.turnover(AB) / self.raw.volume[AB][DAY]
        yield "activity/daily.activity.blocks/n", Decimal(1)
        yield "activity/daily.activity.blocks/turnover", block
        yield "activity/daily.activity.blocks/without", self.total - block
        measures = {
            "Turnover": self.total_of,
            "Trades": lambda day: Decimal(self.counted("trades", day)),
            "Shares traded": lambda day: Decimal(self.counted("volume", day)),
            "Listings traded": lambda day: Decimal(sum(self.raw.volume[isin].get(day, 0) > 0 for isin in self.isins)),
        }
        yield "activity/against_20_sessions/daily.activity.against.title/n", Decimal(20)
        for row, (name, measure) in enumerate(measures.items()):
            path, values, own = (
                f"activity/against_20_sessions/{row} {name}",
                [measure(day) for day in past],
                measure(DAY),
            )
            yield f"{path}/day", own
            yield f"{path}/median", self.median(values)
            yield f"{path}/lowest", min(values)
            yield f"{path}/highest", max(values)
            yield f"{path}/difference", own / self.median(values) - 1
            place = sorted([*values, own], reverse=True).index(own) + 1
            yield f"{path}/rank/daily.activity.rank/place", Decimal(place)
            yield f"{path}/rank/daily.activity.rank/of", Decimal(21)
        yield "activity/daily.activity.method.median/n", Decimal(20)
        shown = {day: self.total_of(day) for day in [*past, DAY]}
        for day, value in shown.items():
            yield f"activity/chart turnover/@{day}", value
        yield "activity/chart turnover/daily.activity.chart.title/n", Decimal(21)
        alt = "activity/chart turnover/daily.activity.chart.alt"
        yield f"{alt}/n", Decimal(21)
        yield f"{alt}/lowest", min(shown.values())
        yield f"{alt}/highest", max(shown.values())
        yield f"{alt}/last", self.total

    def window(self) -> list[date]:
        return self.days[self.at - 20 : self.at]

    def total_of(self, day: date) -> Decimal:
        return sum((self.turnover(isin, day) for isin in self.raw.close), Decimal(0))

    def counted(self, name: str, day: date) -> int:
        return sum(of_share.get(day, 0) for of_share in getattr(self.raw, name).values())

    @staticmethod
    def median(values: list[Decimal]) -> Decimal:
        return statistics.median(values)

    # Breadth, capitalisation, contributions

    def breadth_counts(self) -> dict[str, int]:
        moves = list(self.move.values())
        return {
            "up": sum(move > 0 for move in moves),
            "down": sum(move < 0 for move in moves),
            "unchanged": sum(move == 0 for move in moves),
            "not_traded": len(self.isins) - len(self.traded),
        }

    def breadth(self) -> Expected:
        yield "breadth/Equal-weighted change/value", sum(self.move.values()) / len(self.move)
        level = self.raw.level[TUNINDEX]
        remark = "breadth/Equal-weighted change/remark/daily.breadth.beside_index/change"
        yield remark, level[DAY] / level[self.before] - 1
        cap = "breadth/Market capitalisation"
        yield f"{cap}/value", sum(self.shares(isin) * self.last_price(isin) for isin in self.isins)
        yield f"{cap}/remark/daily.cap.coverage/n", Decimal(len(self.isins))
        yield f"{cap}/remark/daily.cap.coverage/of", Decimal(len(self.isins))
        labels = {"up": "Up", "down": "Down", "unchanged": "Unchanged", "not_traded": "Not traded"}
        for row, (name, n) in enumerate(self.breadth_counts().items()):
            yield f"breadth/breadth/{row} {labels[name]}/listings", Decimal(n)
            yield f"breadth/breadth/{row} {labels[name]}/part", Decimal(n) / len(self.isins)

    def shares(self, isin: str) -> Decimal:
        return Decimal(1_000_000 * ord(isin[7]) + 1000 * ord(isin[8]))

    def last_price(self, isin: str) -> Decimal:
        """The last trade's price; without one what was carried over, which the file has as the close."""
        return self.close(isin)

    def contributors(self) -> Expected:
        before = {isin: self.shares(isin) * self.base_price(isin) for isin in self.isins}
        total, level = sum(before.values()), self.raw.level[TUNINDEX]
        weight = {isin: cap / total for isin, cap in before.items()}
        points = {isin: weight[isin] * self.move[isin] * level[self.before] for isin in self.traded if self.move[isin]}
        ranked = sorted(points, key=lambda isin: -points[isin])
        shown = [isin for isin in ranked if points[isin] > 0][:5] + [i for i in reversed(ranked) if points[i] < 0][:5]
        for row, isin in enumerate(shown):
            path = f"contributors/contributors/{row} {self.name[isin]}"
            yield f"{path}/weight", weight[isin]
            yield f"{path}/change", self.move[isin]
            yield f"{path}/points", points[isin]
        rest = f"contributors/contributors/10 The other {len(points) - 10} shares"
        yield f"{rest}/share/daily.contributors.rest/n", Decimal(len(points) - 10)
        yield f"{rest}/points", sum(value for isin, value in points.items() if isin not in shown)
        residual = "contributors/contributors/11 Residual of the estimate"
        yield f"{residual}/share/daily.contributors.residual/n", Decimal(0)
        yield f"{residual}/points", level[DAY] - level[self.before] - sum(points.values())

    def base_price(self, isin: str) -> Decimal:
        return self.reference(isin) if isin in self.traded else self.close(isin)

    # Sectors

    def sectors(self) -> Expected:
        figures = {sector: self.sector_of(sector) for sector in {self.sector[isin] for isin in self.isins}}
        known = [sector for sector in figures if figures[sector]["day"] is not None]
        ranked = sorted(known, key=lambda s: (-figures[s]["day"], s)) + sorted(set(figures) - set(known))
        for row, sector in enumerate(ranked):
            for name, value in figures[sector].items():
                if value is not None:
                    yield f"sectors/sectors/{row} {sector}/{name}", value
        for sector in known:
            yield f"sectors/chart sectors/@{sector}", figures[sector]["day"]
        alt = "sectors/chart sectors/daily.sectors.chart.alt"
        yield f"{alt}/n", Decimal(len(known))
        yield f"{alt}/best_change", figures[ranked[0]]["day"]
        yield f"{alt}/worst_change", figures[ranked[len(known) - 1]]["day"]
        for row, index in enumerate(SECTOR_INDICES):
            path = f"sectors/sector_indices/{row} {index.name}"
            yield f"{path}/level", self.raw.level[index.code][DAY]
            yield from self.spans(path, index.code)

    def sector_of(self, sector: str) -> dict[str, Decimal | None]:
        members = [isin for isin in self.isins if self.sector[isin] == sector]
        moved = [isin for isin in members if isin in self.move]
        turnover = sum((self.turnover(isin) for isin in members), Decimal(0))
        monday = DAY - timedelta(days=DAY.weekday())
        weighted = sum(self.move[isin] * self.turnover(isin) for isin in moved)
        return {
            "day": sum(self.move[isin] for isin in moved) / len(moved) if moved else None,
            "weighted": weighted / turnover if moved else None,
            "week": self.mean_return(members, max(day for day in self.days if day < monday)),
            "year": self.mean_return(members, self.last_of(2025)),
            "turnover": turnover,
            "part": turnover / self.total,
            "traded/daily.sectors.traded/traded": Decimal(len(moved)),
            "traded/daily.sectors.traded/of": Decimal(len(members)),
        }

    def mean_return(self, members: list[str], base: date) -> Decimal:
        """The dividend of DAY is taken out of prices before it with the factor (c - d) / c of 12 decimals."""
        close_before = self.close(SFBT, self.before)
        factor = round((close_before - DIVIDEND) / close_before, 12)
        returns = [
            self.close(isin) / (self.close(isin, base) * (factor if isin == SFBT else 1)) - 1 for isin in members
        ]
        return sum(returns) / len(returns)

    # Movers and most active

    def by_move(self, *, liquid: bool) -> list[str]:
        chosen = [
            isin
            for isin in self.traded
            if self.move[isin] and (self.turnover(isin) >= 5000 and self.raw.trades[isin][DAY] >= 3) is liquid
        ]
        return sorted(chosen, key=lambda isin: (-abs(self.move[isin]), -self.turnover(isin)))

    def up(self) -> list[str]:
        return [isin for isin in self.by_move(liquid=True) if self.move[isin] > 0][:5]

    def down(self) -> list[str]:
        return [isin for isin in self.by_move(liquid=True) if self.move[isin] < 0][:5]

    def movers(self) -> Expected:
        tables = {"gainers": self.up(), "losers": self.down(), "thin_movers": self.by_move(liquid=False)[:5]}
        for table, isins in tables.items():
            for row, isin in enumerate(isins):
                path = f"movers/{table}/{row} {self.name[isin]}"
                yield f"{path}/close", self.close(isin)
                yield f"{path}/change", self.move[isin]
                yield f"{path}/turnover", self.turnover(isin)
                yield (
                    f"{path}/to_mean",
                    self.turnover(isin) / (sum(self.turnover(isin, day) for day in self.window()) / 20),
                )
                yield f"{path}/trades", Decimal(self.raw.trades[isin][DAY])
                if isin == SFBT:
                    yield f"{path}/note[0]/daily.note.dividend/amount", DIVIDEND
        for isin in [*self.up(), *self.down()]:
            yield f"movers/chart movers/@{self.ticker[isin]}", self.move[isin]
        alt = "movers/chart movers/daily.movers.chart.alt"
        yield f"{alt}/n", Decimal(len(self.up()) + len(self.down()))
        yield f"{alt}/first_change", self.move[self.up()[0]]
        yield f"{alt}/last_change", self.move[self.down()[0]]
        yield "movers/daily.movers.method.floor/turnover", Decimal(5000)
        yield "movers/daily.movers.method.floor/trades", Decimal(3)

    def active(self) -> Expected:
        for row, isin in enumerate(sorted(self.traded, key=lambda isin: -self.turnover(isin))[:10]):
            path, volume = f"most_active/most_active/{row} {self.name[isin]}", self.raw.volume[isin][DAY]
            mean_price = self.turnover(isin) / volume
            yield f"{path}/close", self.close(isin)
            yield f"{path}/change", self.move[isin]
            yield f"{path}/turnover", self.turnover(isin)
            yield f"{path}/part", self.turnover(isin) / self.total
            yield f"{path}/volume", Decimal(volume)
            yield f"{path}/trades", Decimal(self.raw.trades[isin][DAY])
            yield f"{path}/vwap", mean_price
            yield f"{path}/close_to_vwap", self.close(isin) / mean_price - 1

    # What the desk wrote down besides the files

    def anomalies(self) -> Expected:
        for name, n in {"n": 2, "critical": 0, "high": 1, "low": 0, "info": 1}.items():
            yield f"anomalies/daily.anomalies.summary/{name}", Decimal(n)
        first, second = f"anomalies/anomalies/0 {self.name[AB]}", f"anomalies/anomalies/1 {self.name[SFBT]}"
        yield f"{first}/severity", Decimal("0.61")
        yield f"{second}/severity", Decimal("0.12")
        for path in (first, second):
            yield f"{path}/seen[0]/finding.volume_spike/volume", Decimal(95270)
            yield f"{path}/seen[0]/finding.volume_spike/ratio", Decimal("3.456")
            yield f"{path}/seen[0]/finding.volume_spike/n", Decimal(20)
        yield f"{first}/seen[1]/finding.block_trade/volume", Decimal(95270)
        yield f"{first}/seen[1]/finding.block_trade/block", Decimal(60000)
        yield f"{second}/explained_by[0]/explanation.dividend/amount", Decimal("0.250")

    def news(self) -> Expected:
        yield "news/Mood in the news/value", Decimal("0.125")
        for name, n in {"n": 8, "positive": 8, "neutral": 0, "negative": 0}.items():
            yield f"news/Mood in the news/remark/daily.news.items/{name}", Decimal(n)
        rows = ((SFBT, "0.5", 5, 5, 0), (BIAT, "-0.333", 3, 0, 3))
        for row, (isin, score, items, good, bad) in enumerate(rows):
            path = f"news/tones/{row} {self.name[isin]}"
            yield f"{path}/score", Decimal(score)
            yield f"news/chart sentiment/{self.ticker[isin]}@{DAY}", Decimal(score)
            for name, n in {"items": items, "positive": good, "neutral": 0, "negative": bad}.items():
                yield f"{path}/{name}", Decimal(n)
        yield "news/tones/daily.news.insufficient/n", Decimal(1)
        yield "news/chart sentiment/daily.news.chart.title/n", Decimal(1)
        yield "news/chart sentiment/daily.news.chart.alt/n", Decimal(2)
        yield "news/chart sentiment/daily.news.chart.alt/days", Decimal(1)

    def tomorrow(self) -> Expected:
        yield "tomorrow/events/daily.tomorrow.events/n", Decimal(14)
        row = f"tomorrow/events/0 {DAY.day + 3} {DAY:%b %Y}"
        yield f"{row}/amount", COMING_DIVIDEND
        yield f"{row}/yield", COMING_DIVIDEND / self.close(BIAT)

    def context(self) -> Expected:
        path = "context/data_quality"
        yield f"{path}/1 Lines of the board/value/daily.quality.received/n", Decimal(len(self.isins))
        yield f"{path}/1 Lines of the board/value/daily.quality.received/of", Decimal(len(self.isins))
        yield f"{path}/3 Lines that repeat the session before/value", Decimal(self.repeated())
        yield f"{path}/4 Rows set aside as unreadable/value", Decimal(0)
        yield f"{path}/5 Sessions of history used/value", Decimal(260)

    def repeated(self) -> int:
        tables = (self.raw.close, self.raw.volume, self.raw.turnover, self.raw.trades)
        return sum(all(of[isin][DAY] == of[isin][self.before] for of in tables) for isin in self.traded)

    def last_of(self, year: int) -> date:
        return max(day for day in self.days if day.year == year)
