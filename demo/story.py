"""The main job in its order: factors, issuer, shop, households, a year of purchases, activities, audit, reports."""

import sys
from pathlib import Path
from typing import Final

from demo import cast, community, facts, papers, shop, synthetic
from greencredit.actions import queries as actions
from greencredit.actions import service as acting
from greencredit.awards import jobs as awarding
from greencredit.awards import queries as awards
from greencredit.cli.output import progress
from greencredit.evidence import service as evidence
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.ledger import queries as ledger
from greencredit.merchants import queries as merchants
from greencredit.merchants import service as trading
from greencredit.people import queries as people
from greencredit.people import service as peopling
from greencredit.proofs import queries as proofs
from greencredit.proofs import service as proving
from greencredit.proofs.rules.exchange import origin_of
from greencredit.schemas.awards import ImportOutcome
from greencredit.schemas.evidence import FeedKind, NewFeed
from greencredit.schemas.issuers import Issuer
from greencredit.schemas.merchants import Merchant, NewMerchant, NewStore
from greencredit.schemas.people import CardLink, NewConsumer

_RARE_NAME: Final = "示例家庭 0001 号（𠮷䶮）"
"""One household has rare characters in its name, so that its report shows them."""


def say(line: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Story:
    """One telling; every step looks at what is there and adds what is missing."""

    def __init__(self, database: Database, clock: StandingClock, settings: Settings) -> None:
        self._database, self._clock, self._settings = database, clock, settings
        self._folder = settings.data_dir / "demo"

    def tell(self) -> None:
        """Do every step and say what came of it."""
        say(facts.PURCHASES_NOTICE.zh)
        say(facts.PURCHASES_NOTICE.en)
        say(facts.ACTIVITIES_NOTICE.zh)
        say(facts.ACTIVITIES_NOTICE.en)
        passwords = cast.open_accounts(self._database)
        issuer, households = self.prepare()
        self._import_purchases()
        self._import_activities(households)
        self._audit(issuer)
        self._publish()
        self._clock.at = facts.REPORTED_AT
        community.publish(self._database, say)
        papers.issue(self._database, self._settings, issuer, say)
        self._passwords(passwords)

    def prepare(self) -> tuple[Issuer, list[str]]:
        """Do everything up to the first file, once accounts are open: factors, issuer, shop, households, feeds."""
        self._publish_factors()
        issuer = cast.lead_issuer(self._database, self._clock, self._settings.data_dir)
        say(f"\n发行主体 · Issuer            {issuer.name}（{issuer.code}） {issuer.state.words.zh}")
        merchant = self._open_shop(issuer)
        households = self._register_households(issuer, merchant)
        community.found(self._database, households, issuer.issuer_id)
        self._clock.at = facts.IMPORTED_AT
        cast.state_guarantee_again(self._database, issuer.issuer_id, self._settings.data_dir)
        self._open_feeds(issuer, merchant)
        return issuer, households

    def _publish_factors(self) -> None:
        with self._database.writing() as session:
            published = acting.publish_factors(session, actions.shipped_factor_file(), by="demonstration")
        say(f"\n行动与因子 · Actions, factors  {len(actions.actions())} · {published.added + published.unchanged}")

    def _open_shop(self, issuer: Issuer) -> Merchant:
        with self._database.writing() as session:
            known = [one for one in merchants.merchants(session) if one.issuer_id == issuer.issuer_id]
            if known:
                return known[0]
            merchant = trading.join(
                session,
                NewMerchant(
                    name=facts.ISSUER_NAME,
                    english_name="Example Fresh Market Co., Ltd.",
                    region=facts.REGION,
                    issuer_id=issuer.issuer_id,
                ),
            )
            codes = shop.store_codes()
            stores = [NewStore(code=code, name=f"示例门店 {code}", region=facts.REGION) for code in codes]
            trading.open_stores(session, merchant.merchant_id, stores)
            trading.name_green_kinds(session, shop.green_kinds())
            counts = trading.register_products(session, merchant.merchant_id, shop.products())
        say(f"商户与商品 · Shop, products    {len(codes)} 门店 stores · {counts.added:,} 商品 products")
        return merchant

    def _register_households(self, issuer: Issuer, merchant: Merchant) -> list[str]:
        cards = shop.households()
        with self._database.writing() as session:
            if not people.consumers_by_card(session, merchant.merchant_id, cards[:1]):
                names = [_RARE_NAME if card == "1" else f"示例家庭 {int(card):04d} 号" for card in cards]
                accounts = cast.household_accounts(session)
                new = [
                    NewConsumer(display_name=name, account_id=accounts.get(card))
                    for card, name in zip(cards, names, strict=True)
                ]
                ids = peopling.register_consumers(session, new)
                links = [CardLink(card_ref=card, consumer_id=one) for card, one in zip(cards, ids, strict=True)]
                peopling.link_cards(session, merchant.merchant_id, links)
                peopling.link_cards(session, issuer.issuer_id, links)
        say(f"家庭 · Households             {len(cards):,}")
        return cards

    def _open_feeds(self, issuer: Issuer, merchant: Merchant) -> None:
        with self._database.writing() as session:
            evidence.open_feed(
                session,
                NewFeed(
                    name=facts.PURCHASES,
                    kind=FeedKind.RECEIPTS,
                    issuer_id=issuer.issuer_id,
                    merchant_id=merchant.merchant_id,
                    region=facts.REGION,
                    notice=facts.PURCHASES_NOTICE,
                ),
            )
            evidence.open_feed(
                session,
                NewFeed(
                    name=facts.ACTIVITIES,
                    kind=FeedKind.ACTIVITIES,
                    issuer_id=issuer.issuer_id,
                    region=facts.REGION,
                    synthetic=True,
                    notice=facts.ACTIVITIES_NOTICE,
                ),
            )

    def _import_purchases(self) -> None:
        path = self._folder / "receipts.parquet"
        if not path.exists():
            part = path.with_suffix(".part")
            shop.write_receipts(part)
            part.replace(path)
        self._import(facts.PURCHASES, path, "真实购物 · Real purchases")

    def _import_activities(self, households: list[str]) -> None:
        path = self._folder / "activities.csv"
        synthetic.write_activities(path, households)
        self._import(facts.ACTIVITIES, path, "合成行动 · Synthetic actions")

    def _import(self, feed: str, path: Path, label: str) -> ImportOutcome:
        with progress(label) as advance:
            outcome = awarding.import_file(self._database, feed, path, progress=advance)
        say(
            f"{label:<27} {outcome.lines:,} 行 lines · {outcome.awarded:,} 发放 awards · "
            f"{outcome.credits:,} 积分 credits · {outcome.grams:,} g CO2e"
        )
        say(
            f"{'':<27} {outcome.not_green:,} 非绿色 not green · {outcome.no_credit:,} 未得分 no credit · "
            f"{outcome.duplicates:,} 重复 duplicates · {outcome.rejected:,} 退回 rejected"
            + ("（此前已导入 taken in before）" if outcome.already_done else "")
        )
        if outcome.rejected or outcome.duplicates:
            into = self._settings.data_dir / "rejects" / f"{path.stem}.csv"
            with self._database.reading() as session:
                evidence.write_rejects(session, outcome.batch_id, into)
            say(f"{'':<27} 退回明细 rejects: {into}")
        return outcome

    def _audit(self, issuer: Issuer) -> None:
        with self._database.reading() as session:
            findings = [*ledger.audit(session), *awards.audit(session)]
            position = ledger.position_of(session, issuer.issuer_id)
        broken = [finding.name for finding in findings if not finding.holds]
        assert not broken, f"every invariant holds, found broken: {broken}"
        say(
            f"账本 · Ledger                {position.issued:,} 已发放 issued · 未用 outstanding "
            f"{position.outstanding:,} · {position.holders:,} 持有人 holders · "
            f"{len(findings)} 项不变式成立 invariants hold"
        )

    def _publish(self) -> None:
        """Sign the log and write it as plain files; telling again signs the same tree and changes nothing."""
        folder = proofs.log_folder(self._settings.data_dir)
        done = proving.publish(self._database, folder, origin=origin_of(self._settings.public_url))
        say(f"日志 · Log                   {done.size:,} 条 entries · 已签名 signed · {folder}")

    def _passwords(self, made: dict[str, str]) -> None:
        path = self._settings.data_dir / "demo" / "accounts.txt"
        if made:
            path.parent.mkdir(parents=True, exist_ok=True)
            known = path.read_text(encoding="utf-8") if path.exists() else ""
            path.touch(mode=0o600)
            path.write_text(known + "".join(f"{login}\t{word}\n" for login, word in made.items()), encoding="utf-8")
        say(f"\n演示账户（登录名、密码） · Demonstration accounts (login, password), kept in {path}:")
        say(path.read_text(encoding="utf-8").rstrip())
        say(f"\n./run serve  →  {self._settings.public_url}")
